package dev.graft.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Reading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JSON array of arrays of token ids. */
final class IdFile {
  private IdFile() {}

  static List<int[]> read(Path file) {
    JsonNode json = parse(file);
    if (!json.isArray()) {
      throw malformed(file, "a JSON array of arrays of token ids, as [[1, 2, 3]]", json);
    }
    List<int[]> rows = new ArrayList<>();
    for (JsonNode row : json) {
      rows.add(row(file, rows.size(), row));
    }
    if (rows.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, "expected at least one row of ids in '" + file + "', received []");
    }
    return rows;
  }

  private static int[] row(Path file, int index, JsonNode row) {
    if (!row.isArray()) {
      throw malformed(file, "an array of token ids as row " + index, row);
    }
    int[] ids = new int[row.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = row.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw malformed(file, "a token id at position " + i + " of row " + index, id);
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  private static JsonNode parse(Path file) {
    ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    try {
      return mapper.readTree(Reading.text(file));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          "expected JSON in '"
              + file
              + "', as [[1, 2, 3]], received text that is not: "
              + e.getOriginalMessage()
              + (at == null ? "" : " (line " + at.getLineNr() + ")"),
          e);
    }
  }

  private static GraftException malformed(Path file, String expected, JsonNode received) {
    String text = received.isMissingNode() ? "an empty file" : received.toString();
    return new GraftException(
        ErrorCode.FILE_MALFORMED,
        "expected "
            + expected
            + " in '"
            + file
            + "', received "
            + (text.length() > 60 ? text.substring(0, 60) + "…" : text));
  }
}
