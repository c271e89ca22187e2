package dev.graft.training.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** YAML as strictly as it is specified: no duplicate keys, nothing after the value. */
public final class YamlFile {
  private YamlFile() {}

  /** A map as YAML text, its keys in order. */
  public static String text(Map<String, ?> map) {
    try {
      return mapper().writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The keys and values of a file.
   *
   * @param what what the file is, as "recipe"
   * @param example of its first line
   * @throws GraftException {@code file.missing}, {@code file.read}, {@code file.malformed}, {@code
   *     config.value} with the line of malformed YAML or of a key that stands there twice, {@code
   *     config.type}
   */
  public static Map<String, Object> read(Path file, String what, String example) {
    try {
      return mapping(file, Files.readString(file), what, example);
    } catch (NoSuchFileException e) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected a " + what + " at " + file + ", received no such file; check the path",
          e);
    } catch (MalformedInputException e) {
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          "expected UTF-8 text in the " + what + " " + file + ", received " + e,
          e);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ, "expected to read the " + what + " " + file + ", received " + e, e);
    }
  }

  private static Map<String, Object> mapping(Path file, String text, String what, String example) {
    Object value;
    try {
      value = parse(text);
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected YAML in the "
              + what
              + " "
              + file
              + ", received at "
              + position(e.getLocation())
              + ": "
              + firstLine(e.getOriginalMessage()),
          e);
    }
    if (value instanceof Map<?, ?> m) {
      Map<String, Object> out = new LinkedHashMap<>();
      m.forEach((k, v) -> out.put(String.valueOf(k), v));
      return out;
    }
    throw new GraftException(
        ErrorCode.CONFIG_TYPE,
        "expected keys and values in the "
            + what
            + " "
            + file
            + ", as '"
            + example
            + "', received "
            + (value == null ? "an empty file" : "'" + value + "'"));
  }

  /** A YAML value: null, a scalar, a list or a map. */
  static @org.jspecify.annotations.Nullable Object parse(String text)
      throws JsonProcessingException {
    if (text.lines().allMatch(l -> l.isBlank() || l.strip().startsWith("#"))) {
      return null;
    }
    return mapper().readValue(text, new TypeReference<Object>() {});
  }

  private static ObjectMapper mapper() {
    YAMLFactory yaml =
        YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();
    return new ObjectMapper(yaml)
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  private static String position(@org.jspecify.annotations.Nullable JsonLocation at) {
    return at == null
        ? "an unknown place"
        : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
