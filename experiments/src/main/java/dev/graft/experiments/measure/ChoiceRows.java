package dev.graft.experiments.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.evaluation.ChoiceItem;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions with choices, as JSON Lines: {@code question}, a list of {@code choices}, and the index
 * of the right one as {@code answer}. A space stands between question and choice.
 */
final class ChoiceRows {
  private ChoiceRows() {}

  static List<ChoiceItem> read(Path file, int limit, Tokenizer tokenizer) {
    List<Integer> prefix =
        tokenizer.addsBos() ? tokenizer.bosId().stream().boxed().toList() : List.of();
    List<ChoiceItem> out = new ArrayList<>();
    for (String line : Reading.text(file).lines().limit(limit).toList()) {
      String place = file + ", line " + (out.size() + 1);
      JsonNode row = row(line, place);
      List<String> choices = new ArrayList<>();
      row.path("choices").forEach(c -> choices.add(c.asText()));
      if (!row.path("question").isTextual()
          || choices.isEmpty()
          || !row.path("answer").canConvertToInt()) {
        throw malformed(place, row.toString());
      }
      try {
        out.add(
            ChoiceItem.of(
                text -> tokenizer.encode(text).ids(),
                prefix,
                row.path("question").asText(),
                " ",
                choices,
                row.path("answer").asInt()));
      } catch (GraftException e) {
        throw new GraftException(e.code(), place + ": " + e.getMessage(), e);
      }
    }
    if (out.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one question with choices for a measure, received none in " + file);
    }
    return out;
  }

  private static JsonNode row(String line, String place) {
    try {
      return Json.mapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw malformed(place, line);
    }
  }

  private static GraftException malformed(String place, String received) {
    return new GraftException(
        ErrorCode.DATA_MALFORMED,
        place
            + ": expected {\"question\": text, \"choices\": [text, ...], \"answer\": index from 0},"
            + " received '"
            + (received.length() > 120 ? received.substring(0, 120) + "..." : received)
            + "'");
  }
}
