package dev.graft.training.data.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a JSON array or of JSON Lines; the first character that is not a space tells which it is.
 */
final class JsonRows implements RowSource {
  private static final int BYTE_ORDER_MARK = 0xfeff;

  private final Path file;
  private final BufferedReader in;
  private final ObjectMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();
  private final ObjectReader reader =
      mapper.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** That of an array; null before its start, and with JSON Lines. */
  private @Nullable JsonParser parser;

  private boolean started;
  private boolean ended;

  /** Lines before the first that holds something; with JSON Lines, those that were read. */
  private long lines;

  private int rows;

  /** Takes a reader, and closes it. */
  JsonRows(Path file, BufferedReader in) {
    this.file = file;
    this.in = in;
  }

  @Override
  public @Nullable Row next() throws IOException {
    if (!started) {
      started = true;
      start();
    }
    if (ended) {
      return null;
    }
    Row row = parser == null ? nextLine() : nextElement(parser);
    ended = row == null;
    return row;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void start() throws IOException {
    int first = skipBlank();
    if (first == '[') {
      parser = mapper.createParser(in);
      parser.nextToken();
    } else if (first < 0) {
      ended = true;
    } else if (first != '{') {
      throw RowFile.malformed(
          file,
          "expected a JSON array, JSON Lines, gzip of either, or Parquet, received a file that"
              + " starts with '"
              + Character.toString(first)
              + "'; convert it",
          null);
    }
  }

  /** Skips space; gives the first character after it without taking it, or −1 at the end. */
  private int skipBlank() throws IOException {
    while (true) {
      in.mark(1);
      int c = in.read();
      if (c == '\n') {
        lines++;
      }
      if (c < 0 || !(Character.isWhitespace(c) || c == BYTE_ORDER_MARK)) {
        if (c >= 0) {
          in.reset();
        }
        return c;
      }
    }
  }

  private @Nullable Row nextElement(JsonParser array) throws IOException {
    try {
      if (array.nextToken() != JsonToken.END_ARRAY) {
        long line = lines + array.currentTokenLocation().getLineNr();
        JsonNode content = mapper.readTree(array);
        return new Row(content, ++rows, line);
      }
      if (array.nextToken() != null) {
        throw RowFile.malformed(
            file,
            "expected nothing after the array, received more at line "
                + (lines + array.currentTokenLocation().getLineNr())
                + "; keep one array in the file",
            null);
      }
      return null;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw RowFile.malformed(
          file,
          "expected a JSON array of objects, received malformed JSON in row "
              + (rows + 1)
              + (at == null
                  ? ""
                  : " at line " + (lines + at.getLineNr()) + ", column " + at.getColumnNr())
              + ": "
              + firstLine(e)
              + "; correct the file",
          e);
    }
  }

  private @Nullable Row nextLine() throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      lines++;
      if (!line.isBlank()) {
        return new Row(parsed(line), ++rows, lines);
      }
    }
    return null;
  }

  private JsonNode parsed(String line) throws IOException {
    try {
      return reader.readTree(line);
    } catch (JsonProcessingException e) {
      throw RowFile.malformed(
          file,
          "expected one JSON object in every line, received malformed JSON at line "
              + lines
              + (e.getLocation() == null ? "" : ", column " + e.getLocation().getColumnNr())
              + ": "
              + firstLine(e)
              + "; correct the line",
          e);
    }
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
