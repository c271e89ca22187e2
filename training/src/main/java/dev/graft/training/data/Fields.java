package dev.graft.training.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The fields of a row. Fields that a form does not know are left alone. */
public record Fields(JsonNode object, Origin origin) {
  /**
   * A string that has to be there.
   *
   * @throws GraftException {@code data.malformed}
   */
  public String text(String field) {
    return optionalText(field)
        .orElseThrow(
            () -> {
              List<String> present = new ArrayList<>();
              object.fieldNames().forEachRemaining(present::add);
              return malformed(
                  "expected the field '"
                      + field
                      + "', received a row without it. "
                      + Nearest.hint(field, present).replace("Known:", "The row has:"));
            });
  }

  /**
   * Empty when the field is absent or null.
   *
   * @throws GraftException {@code data.malformed} where it is no string of whole characters
   */
  public Optional<String> optionalText(String field) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw malformed(
          "expected a string in the field '"
              + field
              + "', received "
              + value.getNodeType().name().toLowerCase(Locale.ROOT)
              + "; correct the row");
    }
    String text = value.textValue();
    if (!isWellFormed(text)) {
      throw malformed(
          "expected Unicode text in the field '"
              + field
              + "', received half of a surrogate pair; correct the row");
    }
    return Optional.of(text);
  }

  /** Whether a text holds no half of a surrogate pair. */
  public static boolean isWellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** What is wrong with the row: what was expected and received, and what to do. */
  public GraftException malformed(String problem) {
    return new GraftException(ErrorCode.DATA_MALFORMED, origin + ": " + problem);
  }
}
