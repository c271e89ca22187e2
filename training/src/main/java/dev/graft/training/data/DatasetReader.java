package dev.graft.training.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads data sets: a JSON array of objects, or JSON Lines with an object in every line; or, with
 * the type {@code text}, a file whose name ends in {@code .txt} as one text. All are UTF-8.
 */
public final class DatasetReader {
  private static final int BYTE_ORDER_MARK = 0xfeff;

  private final Path file;
  private final RowFormat type;
  private final List<Example> examples = new ArrayList<>();
  private final ObjectMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  /** Lines before the first that holds something. */
  private long blankLines;

  private DatasetReader(Path file, RowFormat type) {
    this.file = file;
    this.type = type;
  }

  /**
   * All rows of a file, in order. The first character that is not a space tells an array from JSON
   * Lines.
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
    DatasetReader reader = new DatasetReader(file, type);
    try (BufferedReader in = Files.newBufferedReader(file)) {
      reader.read(in);
    } catch (CharacterCodingException e) {
      throw reader.malformed(
          "expected UTF-8, received bytes that are not, in or after row "
              + (reader.examples.size() + 1)
              + "; convert the file to UTF-8",
          e);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ, "expected to read the data set " + file + ", received " + e, e);
    }
    if (reader.examples.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one example of type "
              + type.id()
              + " in "
              + file
              + ", received none; check that this is the right file");
    }
    return List.copyOf(reader.examples);
  }

  private void read(BufferedReader in) throws IOException {
    if (type.takesPlainText() && file.toString().toLowerCase(Locale.ROOT).endsWith(".txt")) {
      readText(in);
      return;
    }
    int first = skipBlank(in);
    if (first == '[') {
      readArray(in);
    } else if (first == '{') {
      readLines(in);
    } else if (first >= 0) {
      throw malformed(
          "expected a JSON array or JSON Lines, received a file that starts with '"
              + Character.toString(first)
              + "'; convert it",
          null);
    }
  }

  /** The whole file as one text, all but a byte-order mark; nothing when it is blank. */
  private void readText(BufferedReader in) throws IOException {
    StringWriter out = new StringWriter();
    in.transferTo(out);
    String text = out.toString();
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    if (!text.isBlank()) {
      examples.add(new TextExample(new Origin(file.toString(), 1, 1), text));
    }
  }

  /** Skips space; gives the first character after it without taking it, or −1 at the end. */
  private int skipBlank(BufferedReader in) throws IOException {
    while (true) {
      in.mark(1);
      int c = in.read();
      if (c == '\n') {
        blankLines++;
      }
      if (c < 0 || !(Character.isWhitespace(c) || c == BYTE_ORDER_MARK)) {
        if (c >= 0) {
          in.reset();
        }
        return c;
      }
    }
  }

  private void readArray(BufferedReader in) throws IOException {
    try (JsonParser parser = mapper.createParser(in)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        long line = blankLines + parser.currentTokenLocation().getLineNr();
        add(mapper.readTree(parser), line);
      }
      if (parser.nextToken() != null) {
        throw malformed(
            "expected nothing after the array, received more at line "
                + (blankLines + parser.currentTokenLocation().getLineNr())
                + "; keep one array in the file",
            null);
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw malformed(
          "expected a JSON array of objects, received malformed JSON in row "
              + (examples.size() + 1)
              + (at == null
                  ? ""
                  : " at line " + (blankLines + at.getLineNr()) + ", column " + at.getColumnNr())
              + ": "
              + firstLine(e)
              + "; correct the file",
          e);
    }
  }

  private void readLines(BufferedReader in) throws IOException {
    long number = blankLines;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        add(
            mapper
                .readerFor(JsonNode.class)
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(line),
            number);
      } catch (JsonProcessingException e) {
        throw malformed(
            "expected one JSON object in every line, received malformed JSON at line "
                + number
                + (e.getLocation() == null ? "" : ", column " + e.getLocation().getColumnNr())
                + ": "
                + firstLine(e)
                + "; correct the line",
            e);
      }
    }
  }

  private void add(JsonNode node, long line) {
    Origin origin = new Origin(file.toString(), examples.size() + 1, line);
    if (!node.isObject()) {
      throw new GraftException(
          ErrorCode.DATA_MALFORMED,
          origin
              + ": expected an object, received "
              + node.getNodeType().name().toLowerCase(Locale.ROOT)
              + "; correct the row");
    }
    examples.add(type.read(new Fields(node, origin)));
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }

  private GraftException malformed(
      String problem, @org.jspecify.annotations.Nullable Exception cause) {
    return new GraftException(ErrorCode.DATA_MALFORMED, file + ": " + problem, cause);
  }
}
