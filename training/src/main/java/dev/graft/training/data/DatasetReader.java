package dev.graft.training.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.files.Row;
import dev.graft.training.data.files.RowFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads data sets: a JSON array of objects, JSON Lines with an object in every line, gzip of
 * either, or Parquet, told apart by their first bytes; or, with the type {@code text}, a file whose
 * name ends in {@code .txt} or {@code .txt.gz} as one text. Text is UTF-8.
 */
public final class DatasetReader {
  private DatasetReader() {}

  /**
   * All rows of a file, in order.
   *
   * @throws GraftException as {@link #open}, and what its rows throw
   */
  public static List<Example> read(Path file, RowFormat type) {
    List<Example> examples = new ArrayList<>();
    open(file, type).forEach(examples::add);
    return List.copyOf(examples);
  }

  /**
   * The rows of a file, in order, read anew whenever they are iterated, so that no more than one
   * has to be in memory. To iterate throws {@code file.read}, {@code data.empty}, or {@code
   * data.malformed} naming the file, the row and its line.
   *
   * @throws GraftException {@code file.missing}
   */
  public static Iterable<Example> open(Path file, RowFormat type) {
    if (!Files.isRegularFile(file)) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected a data set of type "
              + type.id()
              + " at "
              + file
              + ", received "
              + (Files.isDirectory(file) ? "a folder" : "no such file")
              + "; correct the path under datasets in the recipe");
    }
    if (type.takesPlainText() && RowFile.isNamedText(file)) {
      return () -> text(file, type).iterator();
    }
    return () -> new Rows(file, type);
  }

  private static List<Example> text(Path file, RowFormat type) {
    String text = RowFile.readText(file);
    if (text.isBlank()) {
      throw empty(file, type);
    }
    return List.of(new TextExample(new Origin(file.toString(), 1, 1), text));
  }

  private static GraftException empty(Path file, RowFormat type) {
    return new GraftException(
        ErrorCode.DATA_EMPTY,
        "expected at least one example of type "
            + type.id()
            + " in "
            + file
            + ", received none; check that this is the right file");
  }

  /** One reading of a file, which is closed after its last row or with an error. */
  private static final class Rows implements Iterator<Example> {
    private final Path file;
    private final RowFormat type;
    private final RowFile rows;
    private @Nullable Example next;

    Rows(Path file, RowFormat type) {
      this.file = file;
      this.type = type;
      this.rows = RowFile.open(file);
      this.next = fetch();
      if (next == null) {
        throw empty(file, type);
      }
    }

    private @Nullable Example fetch() {
      boolean open = false;
      try {
        Optional<Row> row = rows.next();
        open = row.isPresent();
        return row.map(this::example).orElse(null);
      } catch (GraftException e) {
        open = false;
        throw e;
      } finally {
        if (!open) {
          rows.close();
        }
      }
    }

    private Example example(Row row) {
      Origin origin = new Origin(file.toString(), row.number(), row.line());
      return DatasetReader.example(type, row.content(), origin);
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Example next() {
      Example out = next;
      if (out == null) {
        throw new NoSuchElementException();
      }
      next = fetch();
      return out;
    }
  }

  private static Example example(RowFormat type, JsonNode row, Origin origin) {
    if (!row.isObject()) {
      throw new GraftException(
          ErrorCode.DATA_MALFORMED,
          origin
              + ": expected an object, received "
              + row.getNodeType().name().toLowerCase(Locale.ROOT)
              + "; correct the row");
    }
    return type.read(new Fields(row, origin));
  }
}
