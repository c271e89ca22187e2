package dev.graft.training.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.nio.file.Path;
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
    Map<String, Object> recipe =
        Overrides.modifiable(YamlFile.read(file, "recipe", "base_model: models/tiny"));
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
   * A recipe that stands elsewhere than in a file of its own.
   *
   * @param folder where relative paths start
   */
  public static Recipe of(Map<String, Object> recipe, Path folder) {
    Map<String, Object> copy = Overrides.modifiable(recipe);
    RecipePaths.resolve(copy, folder);
    return Recipe.of(copy);
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
      value = YamlFile.parse(yaml);
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a block in YAML, as '{type: lora, r: 8}', received '"
              + yaml
              + "': "
              + YamlFile.firstLine(e.getOriginalMessage()),
          e);
    }
    return PluginBlock.fromConfig(value == null ? "" : value);
  }

  /** A map as YAML text, its keys in order. */
  public static String toYaml(Map<String, ?> map) {
    return YamlFile.text(map);
  }
}
