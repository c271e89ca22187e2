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
import java.util.List;
import java.util.Map;

/**
 * Reads recipes from YAML. Relative paths in a recipe start at the recipe's folder, those in
 * overrides at the working directory.
 */
public final class RecipeFile {
  private RecipeFile() {}

  /**
   * Reads a recipe.
   *
   * @param overrides {@code key=value} each; keys may be dotted ({@code adapter.r=16}, {@code
   *     datasets.0.path=b.json}) and values are YAML
   * @throws GraftException {@code file.missing}; {@code config.value} with the line of malformed
   *     YAML or of a key that stands there twice; {@code usage} for a malformed override; and what
   *     is wrong with the recipe
   */
  public static Recipe read(Path file, List<String> overrides) {
    return read(file, Map.of(), overrides);
  }

  /**
   * Reads a recipe.
   *
   * @param defaults top-level keys for a recipe that does not have them
   */
  public static Recipe read(Path file, Map<String, Object> defaults, List<String> overrides) {
    Map<String, Object> recipe = Overrides.modifiable(parse(file));
    defaults.forEach(recipe::putIfAbsent);
    Path folder = file.toAbsolutePath().normalize().getParent();
    RecipePaths.resolve(recipe, folder == null ? Path.of("") : folder);
    for (String override : overrides) {
      Overrides.apply(recipe, override);
    }
    RecipePaths.resolve(recipe, Path.of("").toAbsolutePath());
    return Recipe.of(recipe);
  }

  /**
   * Reads one block as a command line gives it: {@code {type: lora, r: 8}}, or a plugin's name.
   *
   * @throws GraftException {@code config.value} where it is no YAML, and what {@link
   *     PluginBlock#fromConfig} finds
   */
  public static PluginBlock block(String yaml) {
    Object value;
    try {
      value = parseYaml(yaml);
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a block in YAML, as '{type: lora, r: 8}', received '"
              + yaml
              + "': "
              + firstLine(e.getOriginalMessage()),
          e);
    }
    return PluginBlock.fromConfig(value == null ? "" : value);
  }

  /** A map as YAML text, its keys in order. */
  public static String toYaml(Map<String, ?> map) {
    try {
      return mapper().writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> parse(Path file) {
    try {
      return mapping(file, Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected a recipe at " + file + ", received no such file; check the path",
          e);
    } catch (MalformedInputException e) {
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          "expected UTF-8 text in the recipe " + file + ", received " + e,
          e);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ, "expected to read the recipe " + file + ", received " + e, e);
    }
  }

  private static Map<String, Object> mapping(Path file, String text) {
    Object value;
    try {
      value = parseYaml(text);
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected YAML in the recipe "
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
        "expected keys and values in the recipe "
            + file
            + ", as 'base_model: models/tiny', received "
            + (value == null ? "an empty file" : "'" + value + "'"));
  }

  /** A YAML value: null, a scalar, a list or a map. */
  static @org.jspecify.annotations.Nullable Object parseYaml(String text)
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
