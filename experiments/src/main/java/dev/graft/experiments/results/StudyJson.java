package dev.graft.experiments.results;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import java.nio.file.Path;

/**
 * {@code study.json}: all results of a study, or those of one of its runs, to be read back as they
 * were. Its layout is that of the records in {@code dev.graft.experiments.results}; a curve's
 * points are pairs of step and value, and a value that is not a number is the text {@code "NaN"}.
 */
public final class StudyJson {
  private static final String FORMAT = "format";
  private static final String STUDY = "study";
  private static final String RUN = "run";
  private static final String NAME = "graft-study-1";
  private static final ObjectMapper MAPPER = mapper();

  private StudyJson() {}

  /**
   * Writes a study.
   *
   * @throws dev.graft.api.error.GraftException {@code file.write} when it cannot be written
   */
  public static void write(Path file, StudyResults results) {
    write(file, STUDY, results);
  }

  /**
   * Writes a run of a study.
   *
   * @throws dev.graft.api.error.GraftException {@code file.write} when it cannot be written
   */
  public static void writeRun(Path file, RunResult result) {
    write(file, RUN, result);
  }

  private static void write(Path file, String key, Object value) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put(FORMAT, NAME);
    json.set(key, MAPPER.valueToTree(value));
    try {
      AtomicFile.writeString(
          file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("results that JSON cannot hold", e);
    }
  }

  /**
   * Reads a study.
   *
   * @throws dev.graft.api.error.GraftException {@code file.missing}, {@code file.read}, or {@code
   *     file.malformed} naming the place that is not as expected
   */
  public static StudyResults read(Path file) {
    return read(file, STUDY, StudyResults.class);
  }

  /**
   * Reads a run of a study.
   *
   * @throws dev.graft.api.error.GraftException as {@link #read}
   */
  public static RunResult readRun(Path file) {
    return read(file, RUN, RunResult.class);
  }

  private static <T> T read(Path file, String key, Class<T> type) {
    ObjectNode json = Json.object(file);
    JsonNode format = json.path(FORMAT);
    JsonNode value = json.path(key);
    if (!format.asText().equals(NAME) || !value.isObject()) {
      throw Reading.malformed(
          file,
          "expected the results of a study with "
              + "\"format\": \""
              + NAME
              + "\" and \""
              + key
              + "\", received "
              + (format.isTextual() ? "\"format\": " + format : "no such format")
              + ". Give the study.json that graft study wrote.");
    }
    try {
      return MAPPER.treeToValue(value, type);
    } catch (JsonMappingException e) {
      throw Reading.malformed(file, "at " + place(key, e) + ": " + problem(e), e);
    } catch (JsonProcessingException e) {
      throw Reading.malformed(
          file, "expected the results of a study: " + e.getOriginalMessage(), e);
    }
  }

  /** Such as {@code study.runs[3].cost.seconds}. */
  private static String place(String key, JsonMappingException e) {
    StringBuilder out = new StringBuilder(key);
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        out.append('[').append(step.getIndex()).append(']');
      } else {
        out.append('.').append(step.getFieldName());
      }
    }
    return out.toString();
  }

  private static String problem(JsonMappingException e) {
    String said =
        e.getOriginalMessage()
            .replaceAll("\\s+", " ")
            .replaceAll(" \\(index \\d+\\).*", "")
            .replace("dev.graft.experiments.results.", "");
    return "expected what graft study writes there, received something else ("
        + said
        + "). Run the study again to write it anew.";
  }

  private static ObjectMapper mapper() {
    ObjectMapper mapper =
        Json.mapper()
            .copy()
            .registerModule(new Jdk8Module())
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    mapper.configOverride(Point.class).setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.ARRAY));
    return mapper;
  }
}
