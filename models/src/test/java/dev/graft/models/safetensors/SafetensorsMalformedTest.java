package dev.graft.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsMalformedTest {
  private static final String GOOD =
      "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
          + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}";

  @TempDir private Path folder;

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("bad.safetensors"), content);
  }

  private static void refused(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
            });
  }

  private void malformed(byte[] content, String... parts) throws IOException {
    Path file = write(content);
    refused(() -> Safetensors.open(file), ErrorCode.FILE_MALFORMED, parts);
  }

  private static byte[] eightBytesOf(String header) {
    return SafetensorsTest.file(header.replace('\'', '"'), new byte[8]);
  }

  @Test
  void theGoodHeaderIsGood() throws IOException {
    assertThat(Safetensors.open(write(eightBytesOf(GOOD))).names()).containsExactly("a", "b");
  }

  @Test
  void aFileThatIsNotThere() {
    refused(
        () -> Safetensors.open(folder.resolve("no.safetensors")),
        ErrorCode.FILE_MISSING,
        "no.safetensors");
  }

  @Test
  void aFolderInPlaceOfAFile() {
    refused(() -> Safetensors.open(folder), ErrorCode.FILE_READ, folder.toString());
  }

  @Test
  void tooShortForALength() throws IOException {
    malformed(new byte[] {1, 2, 3}, "bad.safetensors", "at least 8 bytes", "received 3");
  }

  @Test
  void aHeaderBeyondTheFile() throws IOException {
    byte[] good = eightBytesOf(GOOD);
    malformed(java.util.Arrays.copyOf(good, 50), "received a file of 50 bytes", "truncated");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 100_000_001, Long.MAX_VALUE})
  void aHugeHeader(long length) throws IOException {
    byte[] content = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    malformed(content, "at most 100000000 bytes", Long.toUnsignedString(length));
  }

  @Test
  void dataThatIsCutOff() throws IOException {
    byte[] good = eightBytesOf(GOOD);
    malformed(
        java.util.Arrays.copyOf(good, good.length - 1),
        "tensor 'b'",
        "within the 7 bytes",
        "[4,8]");
  }

  @Test
  void moreDataThanTensors() throws IOException {
    malformed(
        eightBytesOf("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"),
        "fill the 8 bytes",
        "tensors of 4 bytes");
  }

  @Test
  void bytesThatAreNotUtf8() throws IOException {
    byte[] bad = eightBytesOf(GOOD);
    bad[10] = (byte) 0xff;
    malformed(bad, "UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "3", "not json", "{} x", "{'a'}"})
  void textThatIsNoJsonObject(String header) throws IOException {
    malformed(eightBytesOf(header), "expected", "JSON");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{}} | Duplicate field 'a'",
        "{'__metadata__':3} | '__metadata__' to be an object of strings",
        "{'__metadata__':{'x':3}} | received 3 for 'x'",
        "{'a':3} | tensor 'a': expected a dtype",
        "{'a':{'shape':[2],'data_offsets':[0,8]}} | expected a dtype",
        "{'a':{'dtype':'F33','shape':[2],'data_offsets':[0,8]}} | received 'F33'",
        "{'a':{'dtype':'F32','data_offsets':[0,8]}} | expected a shape",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | received [-2]",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | received [2.0]",
        "{'a':{'dtype':'F32','shape':[2147483648],'data_offsets':[0,8]}} | 2^31 - 1",
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,9],'data_offsets':[0,8]}} | 2^63 bytes",
        "{'a':{'dtype':'F32','shape':[2]}} | data_offsets of two integers",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | data_offsets of two integers",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8.5]}} | data_offsets of two integers",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}} | two integers",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | within the 8 bytes",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | within the 8 bytes",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | within the 8 bytes",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}} | expected 4 bytes for F32[1]",
        "{'a':{'dtype':'F16','shape':[2,3],'data_offsets':[0,8]}} | expected 12 bytes for F16[2,"
            + " 3]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | there is a gap",
      })
  void aHeaderThatDoesNotHoldTogether(String header, String problem) throws IOException {
    malformed(eightBytesOf(header), problem.replace("'F33'", "\"F33\""));
  }

  @Test
  void tensorsThatOverlap() throws IOException {
    malformed(
        eightBytesOf(
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"),
        "tensor 'b'",
        "overlap");
  }

  @Test
  void nestingWithoutEnd() throws IOException {
    malformed(eightBytesOf("[".repeat(100_000)), "expected JSON");
  }

  @Test
  void elementTypesThatGraftCannotReadAreRefusedWhenAskedFor() throws IOException {
    Path file = write(eightBytesOf("{'q':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}"));
    Safetensors read = Safetensors.open(file);
    refused(() -> read.tensor("q"), ErrorCode.MODEL_UNSUPPORTED, "'q'", "U8", "unquantized");
  }

  @Test
  void aTensorBeyondTwoGigabytes() throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[600000000],\"data_offsets\":[0,2400000000]}}";
    Path file = write(SafetensorsTest.file(header));
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(8 + header.length() + 2_400_000_000L);
    }
    Safetensors read = Safetensors.open(file);
    refused(() -> read.tensor("a"), ErrorCode.MODEL_UNSUPPORTED, "at most 2 GiB", "'a'");
  }

  @Test
  void anUnknownNameGetsTheNearestOne() throws IOException {
    Path file =
        write(eightBytesOf("{'norm.weight':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}"));
    Safetensors read = Safetensors.open(file);
    refused(() -> read.tensor("norm.wieght"), ErrorCode.MODEL_WEIGHTS, "mean 'norm.weight'");
  }

  @Test
  void aFolderWithoutWeights() {
    refused(
        () -> Safetensors.openFolder(folder),
        ErrorCode.FILE_MISSING,
        "model.safetensors.index.json",
        "pytorch_model.bin");
  }

  private void index(String weightMap, ErrorCode code, String... parts) throws IOException {
    for (String name : List.of("a", "b")) {
      SafetensorsWriter.write(
          folder.resolve(name + ".safetensors"),
          Map.of(
              name,
              HostTensor.ofFloats(Shape.of(1), 1),
              "shared",
              HostTensor.ofFloats(Shape.of(1), 1)));
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        ("{'weight_map':" + weightMap + "}").replace('\'', '"'));
    refused(() -> Safetensors.openFolder(folder), code, parts);
  }

  @Test
  void indexesThatDoNotHoldTogether() throws IOException {
    index("3", ErrorCode.FILE_MALFORMED, "'weight_map'");
    index("{}", ErrorCode.FILE_MALFORMED, "'weight_map'");
    index("{'a':3}", ErrorCode.FILE_MALFORMED, "received 3");
    index("{'a':'../a.safetensors'}", ErrorCode.FILE_MALFORMED, "beside the index");
    index("{'a':'c.safetensors'}", ErrorCode.FILE_MISSING, "shard 'c.safetensors'");
    index("{'x':'a.safetensors'}", ErrorCode.FILE_MALFORMED, "'x' in shard 'a.safetensors'");
    index(
        "{'a':'a.safetensors','b':'b.safetensors'}",
        ErrorCode.FILE_MALFORMED,
        "'shared' in 'a.safetensors' and in 'b.safetensors'");
  }

  @Test
  void aWriterRefusesTwoTensorsOfOneName() {
    HostTensor value = HostTensor.scalar(1);
    List<SafetensorsWriter.Entry> twice =
        List.of(SafetensorsWriter.Entry.of("a", value), SafetensorsWriter.Entry.of("a", value));
    Path file = folder.resolve("w.safetensors");
    refused(() -> SafetensorsWriter.write(file, twice), ErrorCode.FILE_WRITE, "'a' twice");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aWriterThatFailsHalfWayLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("w.safetensors");
    SafetensorsWriter.write(file, Map.of("old", HostTensor.scalar(1)));
    TensorType type = TensorType.of(DType.F32);
    List<SafetensorsWriter.Entry> wrongType =
        List.of(
            SafetensorsWriter.Entry.of("a", HostTensor.scalar(1)),
            new SafetensorsWriter.Entry("b", type, () -> HostTensor.ofLongs(Shape.scalar(), 1)));
    refused(() -> SafetensorsWriter.write(file, wrongType), ErrorCode.GRAPH_SHAPE, "'b'");
    assertThat(Safetensors.open(file).names()).containsExactly("old");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void aFolderThatIsNotThereCannotBeWrittenTo() {
    Path file = folder.resolve("no").resolve("w.safetensors");
    refused(
        () -> SafetensorsWriter.write(file, Map.of("a", HostTensor.scalar(1))),
        ErrorCode.FILE_WRITE,
        "its folder does not exist");
  }

  /** Whatever is done to a file, reading it gives its tensors or one of Graft's own errors. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void damagedFilesNeverGiveAnythingElse(long seed) throws IOException {
    byte[] good =
        Files.readAllBytes(Path.of("src/test/resources/llama/lora/adapter_model.safetensors"));
    int header = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    Random random = new Random(seed);
    int refused = 0;
    int rounds = 400;
    for (int i = 0; i < rounds; i++) {
      byte[] bad = good.clone();
      if (random.nextInt(4) == 0) {
        bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
      } else {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          bad[random.nextInt(8 + header)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      Path file = write(bad);
      try {
        Safetensors read = Safetensors.open(file);
        for (String name : read.names()) {
          HostTensor t = read.tensor(name);
          assertThat((long) t.bytes().remaining()).isEqualTo(t.type().bytes());
        }
      } catch (GraftException e) {
        assertThat(e.code())
            .as("seed %s, round %s: %s", seed, i, e.getMessage())
            .isIn(ErrorCode.FILE_MALFORMED, ErrorCode.MODEL_UNSUPPORTED);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(rounds / 3);
  }

  @Test
  void theFuzzSourceIsAHeaderOfText() throws IOException {
    byte[] good =
        Files.readAllBytes(Path.of("src/test/resources/llama/lora/adapter_model.safetensors"));
    assertThat(new String(good, 8, 20, StandardCharsets.UTF_8)).startsWith("{\"");
  }
}
