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

/**
 * Rows of a JSON array or of JSON Lines; the first character that is not a space tells which it is.
 */
final class JsonRows {
  private static final int BYTE_ORDER_MARK = 0xfeff;

  private final Path file;
  private final ObjectMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  /** Lines before the first that holds something. */
  private long blankLines;

  private int rows;

  JsonRows(Path file) {
    this.file = file;
  }

  void read(BufferedReader in, RowConsumer out) throws IOException {
    int first = skipBlank(in);
    if (first == '[') {
      readArray(in, out);
    } else if (first == '{') {
      readLines(in, out);
    } else if (first >= 0) {
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

  private void readArray(BufferedReader in, RowConsumer out) throws IOException {
    try (JsonParser parser = mapper.createParser(in)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        long line = blankLines + parser.currentTokenLocation().getLineNr();
        JsonNode row = mapper.readTree(parser);
        out.accept(row, ++rows, line);
      }
      if (parser.nextToken() != null) {
        throw RowFile.malformed(
            file,
            "expected nothing after the array, received more at line "
                + (blankLines + parser.currentTokenLocation().getLineNr())
                + "; keep one array in the file",
            null);
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw RowFile.malformed(
          file,
          "expected a JSON array of objects, received malformed JSON in row "
              + (rows + 1)
              + (at == null
                  ? ""
                  : " at line " + (blankLines + at.getLineNr()) + ", column " + at.getColumnNr())
              + ": "
              + firstLine(e)
              + "; correct the file",
          e);
    }
  }

  private void readLines(BufferedReader in, RowConsumer out) throws IOException {
    ObjectReader reader =
        mapper.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    long number = blankLines;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode row;
      try {
        row = reader.readTree(line);
      } catch (JsonProcessingException e) {
        throw RowFile.malformed(
            file,
            "expected one JSON object in every line, received malformed JSON at line "
                + number
                + (e.getLocation() == null ? "" : ", column " + e.getLocation().getColumnNr())
                + ": "
                + firstLine(e)
                + "; correct the line",
            e);
      }
      out.accept(row, ++rows, number);
    }
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
