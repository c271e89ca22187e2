package dev.graft.training.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.files.RowFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
   * @throws GraftException {@code file.missing}, {@code file.read}, {@code data.empty}, or {@code
   *     data.malformed} naming the file, the row and its line
   */
  public static List<Example> read(Path file, RowFormat type) {
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
    List<Example> examples = new ArrayList<>();
    if (type.takesPlainText() && RowFile.isNamedText(file)) {
      String text = RowFile.text(file);
      if (!text.isBlank()) {
        examples.add(new TextExample(new Origin(file.toString(), 1, 1), text));
      }
    } else {
      RowFile.read(
          file,
          (row, number, line) ->
              examples.add(example(type, row, new Origin(file.toString(), number, line))));
    }
    if (examples.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one example of type "
              + type.id()
              + " in "
              + file
              + ", received none; check that this is the right file");
    }
    return List.copyOf(examples);
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
