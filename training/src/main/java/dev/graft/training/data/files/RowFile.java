package dev.graft.training.data.files;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A data file: a JSON array, JSON Lines, gzip of either, or Parquet. The first bytes tell which,
 * never the name. Rows are read one after the other, so that a file may be larger than memory.
 */
public final class RowFile implements AutoCloseable {
  private static final int MAGIC_BYTES = 4;
  private static final int GZIP = 0x1f8b;
  private static final String PARQUET = "50415231"; // PAR1
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /** What a file is by its first bytes, for those that are not read. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "28b52ffd", "a zstd file",
          "504b0304", "a zip file",
          "425a6839", "a bzip2 file",
          "fd377a58", "an xz file",
          "4152524f", "an Arrow file");

  private final Path file;
  private final RowSource source;
  private int rows;

  private RowFile(Path file, RowSource source) {
    this.file = file;
    this.source = source;
  }

  /**
   * Opens a file.
   *
   * @throws GraftException {@code file.read} or {@code data.malformed}
   */
  public static RowFile open(Path file) {
    return guarded(
        file,
        0,
        () -> {
          if (magic(file).equals(PARQUET)) {
            return new RowFile(file, new ParquetRows(file));
          }
          BufferedReader in = text(file);
          return new RowFile(file, new JsonRows(file, in));
        });
  }

  /**
   * The next row; empty after the last.
   *
   * @throws GraftException {@code file.read}, or {@code data.malformed} naming the file and the row
   */
  public Optional<Row> next() {
    Optional<Row> row = guarded(file, rows, () -> Optional.ofNullable(source.next()));
    rows = row.map(Row::number).orElse(rows);
    return row;
  }

  @Override
  public void close() {
    guarded(
        file,
        rows,
        () -> {
          source.close();
          return file;
        });
  }

  /**
   * A whole file as one text, without its byte-order mark.
   *
   * @throws GraftException as {@link #next}
   */
  public static String readText(Path file) {
    StringWriter out = new StringWriter();
    guarded(
        file,
        0,
        () -> {
          try (BufferedReader in = text(file)) {
            return in.transferTo(out);
          }
        });
    String text = out.toString();
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  /** Whether a file's name says that it is plain text, perhaps in gzip. */
  public static boolean isNamedText(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".txt") || name.endsWith(".txt.gz");
  }

  private interface Reading<T> {
    T run() throws IOException;
  }

  private static <T> T guarded(Path file, int rows, Reading<T> reading) {
    try {
      return reading.run();
    } catch (CharacterCodingException e) {
      throw malformed(
          file,
          "expected UTF-8, received bytes that are not, in or after row "
              + (rows + 1)
              + "; convert the file to UTF-8",
          e);
    } catch (EOFException | ZipException e) {
      throw malformed(
          file,
          "expected a whole gzip file, received one that is cut off or damaged in or after row "
              + (rows + 1)
              + ": "
              + e.getMessage()
              + "; fetch or compress it again",
          e);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ, "expected to read the data set " + file + ", received " + e, e);
    }
  }

  /** The first bytes in hexadecimal. */
  private static String magic(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return hex(in.readNBytes(MAGIC_BYTES));
    }
  }

  private static String hex(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      out.append(String.format(Locale.ROOT, "%02x", b));
    }
    return out.toString();
  }

  /** The text of the file, out of gzip where it is in gzip. */
  private static BufferedReader text(Path file) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      in.mark(MAGIC_BYTES);
      byte[] magic = in.readNBytes(MAGIC_BYTES);
      in.reset();
      String other = OTHERS.get(hex(magic));
      if (other != null) {
        throw malformed(
            file,
            "expected JSON, JSON Lines, gzip of either, or Parquet, received "
                + other
                + "; unpack or convert it",
            null);
      }
      boolean gzip = magic.length > 1 && ((magic[0] & 0xff) << 8 | (magic[1] & 0xff)) == GZIP;
      InputStream plain = gzip ? new GZIPInputStream(in, 1 << 16) : in;
      // A new decoder, unlike a named charset, reports what is not UTF-8.
      return new BufferedReader(
          new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  static GraftException malformed(Path file, String problem, @Nullable Exception cause) {
    return new GraftException(ErrorCode.DATA_MALFORMED, file + ": " + problem, cause);
  }
}
