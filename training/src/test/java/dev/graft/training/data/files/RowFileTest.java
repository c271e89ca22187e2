package dev.graft.training.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowFileTest {
  private static final String LINES = "{\"a\": \"Köln 😀\"}\n\n{\"a\": [1, null]}\n";

  @TempDir Path folder;

  private static List<String> rows(Path file) {
    List<String> out = new ArrayList<>();
    try (RowFile rows = RowFile.open(file)) {
      rows.next().ifPresent(r -> out.add(shown(r)));
      for (Optional<Row> r = rows.next(); r.isPresent(); r = rows.next()) {
        out.add(shown(r.get()));
      }
    }
    return out;
  }

  private static String shown(Row row) {
    return row.number() + "@" + row.line() + " " + row.content();
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("data.json"), content);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(utf8(text));
    }
    return out.toByteArray();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = RowFileTest.class.getResourceAsStream("/data/" + name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private void refuses(byte[] content, String... parts) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> rows(file))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_MALFORMED))
        .hasMessageContainingAll(parts)
        .hasMessageContainingAll("data.json", "expected", "received")
        .hasMessageNotContaining("\n");
  }

  @Test
  void readsGzipWhateverTheFileIsCalled() throws IOException {
    List<String> expected = List.of("1@1 {\"a\":\"Köln 😀\"}", "2@3 {\"a\":[1,null]}");
    assertThat(rows(file(utf8(LINES)))).isEqualTo(expected);
    assertThat(rows(file(gzip(LINES)))).isEqualTo(expected);
    assertThat(rows(file(gzip("[{\"a\": 1},\n{\"a\": 2}]"))))
        .containsExactly("1@1 {\"a\":1}", "2@2 {\"a\":2}");
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(gzip("{\"a\": 1}\n"));
    two.write(gzip("{\"a\": 2}\n"));
    assertThat(rows(file(two.toByteArray()))).hasSize(2);
    assertThat(RowFile.readText(file(gzip("\ufeffplain")))).isEqualTo("plain");
  }

  @Test
  void emptyFilesHaveNoRows() throws IOException {
    assertThat(rows(file(new byte[0]))).isEmpty();
    assertThat(rows(file(gzip("")))).isEmpty();
    assertThat(rows(file(utf8("[]")))).isEmpty();
  }

  @Test
  void namesTheRowWhereGzipEndsOrIsDamaged() throws IOException {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      text.append("{\"a\": ").append(random.nextLong()).append("}\n");
    }
    byte[] whole = gzip(text.toString());
    refuses(Arrays.copyOf(whole, whole.length / 2), "cut off or damaged in or after row ");
    byte[] tail = Arrays.copyOf(whole, whole.length - 4);
    refuses(tail, "whole gzip file", "row 20001");
    byte[] damaged = whole.clone();
    damaged[whole.length - 6] ^= 1; // the checksum
    refuses(damaged, "whole gzip file");
    refuses(new byte[] {0x1f, (byte) 0x8b, 1, 2}, "whole gzip file", "row 1");
  }

  @Test
  void namesWhatElseAFileIs() throws IOException {
    refuses(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0}, "a zstd file");
    refuses(utf8("PK\u0003\u0004 and more"), "a zip file");
    refuses(utf8("ARROW1"), "an Arrow file");
    refuses(utf8("a,b\n"), "starts with 'a'");
    refuses(new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe}, "expected UTF-8", "row 1");
    byte[] latin = "{\"a\": 1}\n{\"a\": \"ö\"}".getBytes(StandardCharsets.ISO_8859_1);
    refuses(latin, "expected UTF-8");
  }

  /** Row i of the Parquet fixtures, which pyarrow wrote. */
  private static String parquetRow(int i) {
    String tags = i == 0 ? "[]" : "[\"a\",null]";
    String meta = i == 1 ? "null" : "{\"n\":" + i + ",\"tags\":" + tags + "}";
    return String.format(
        "{\"prompt\":\"Köln %d\",\"completion\":\"%s\",\"meta\":%s,\"messages\":["
            + "{\"role\":\"user\",\"content\":\"u%d\",\"calls\":null},"
            + "{\"role\":\"assistant\",\"content\":null,"
            + "\"calls\":[{\"name\":\"f\",\"x\":1.5}]}],"
            + "\"ok\":%s,\"big\":%d,\"none\":null}",
        i, "é😀".repeat(i + 1), meta, i, i % 2 == 0, (1L << 40) + i);
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "gzip", "none", "lz4"})
  void readsParquet(String codec) throws IOException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      expected.add(i + 1 + "@0 " + parquetRow(i));
    }
    assertThat(rows(file(resource(codec + ".parquet")))).isEqualTo(expected);
  }

  @Test
  void readsOtherTypesOfParquet() throws IOException {
    assertThat(rows(file(resource("types.parquet"))))
        .containsExactly(
            "1@0 {\"prompt\":\"a\",\"completion\":\"b\",\"bytes\":\"/wA=\",\"date\":18262,"
                + "\"map\":{\"k\":1,\"l\":null},\"fixed\":\"YWI=\"}");
  }

  @Test
  void refusesParquetThatItCannotRead() throws IOException {
    refuses(resource("brotli.parquet"), "BROTLI", "snappy, zstd, gzip");
    byte[] whole = resource("zstd.parquet");
    refuses(Arrays.copyOf(whole, whole.length / 2), "whole Parquet file", "row 1");
    refuses(utf8("PAR1"), "whole Parquet file");
    refuses(utf8("PAR1xxxxPAR1"), "whole Parquet file");
  }

  /** Whatever byte of a file changes, it is read or refused with a paragraph. */
  @ParameterizedTest
  @ValueSource(strings = {"snappy.parquet", "zstd.parquet", "gzip.parquet", "lz4.parquet"})
  void damagedParquetIsNeverAnyOtherError(String name) throws IOException {
    Random random = new Random(3);
    byte[] whole = resource(name);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      damaged[4 + random.nextInt(whole.length - 8)] ^= (byte) (1 + random.nextInt(255));
      Path file = file(damaged);
      try {
        rows(file);
      } catch (GraftException e) {
        refused++;
        assertThat(e.code()).isEqualTo(ErrorCode.DATA_MALFORMED);
        assertThat(e).hasMessageContaining("data.json: expected");
      }
    }
    assertThat(refused).isPositive();
  }
}
