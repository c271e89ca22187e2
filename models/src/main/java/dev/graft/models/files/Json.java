package dev.graft.models.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** JSON as strictly as it is specified: no duplicate keys, nothing after the value. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /**
   * The object in a file.
   *
   * @throws dev.graft.api.error.GraftException {@code file.missing}, {@code file.read} or {@code
   *     file.malformed}
   */
  public static ObjectNode object(Path file) {
    return object(file, Reading.text(file));
  }

  /** The object in a text that stands in a file. */
  public static ObjectNode object(Path file, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      throw Reading.malformed(
          file, "expected JSON, received text that is not: " + e.getOriginalMessage() + where, e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw Reading.malformed(
        file,
        "expected a JSON object, received " + (node == null ? "nothing" : node.getNodeType()));
  }

  /** The text of a value, indented by two spaces as Python's {@code json.dump(indent=2)} does. */
  public static String pretty(Object value) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
                new Separators().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withArrayIndenter(new DefaultIndenter("  ", "\n"))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      return MAPPER.writer(printer).writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a value that JSON cannot hold: " + value, e);
    }
  }
}
