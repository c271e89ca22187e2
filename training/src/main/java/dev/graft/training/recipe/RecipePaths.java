package dev.graft.training.recipe;

import dev.graft.training.chat.ChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The recipe's keys that are paths. */
final class RecipePaths {
  private RecipePaths() {}

  /** Makes all relative paths absolute, in place. */
  static void resolve(Map<String, Object> recipe, Path folder) {
    resolve(recipe, "base_model", folder);
    resolve(recipe, "output_dir", folder);
    if (recipe.get("chat_template") instanceof String s && !ChatTemplate.isInline(s)) {
      resolve(recipe, "chat_template", folder);
    }
    if (recipe.get("datasets") instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> m) {
          @SuppressWarnings("unchecked") // Overrides.modifiable made it.
          Map<String, Object> dataset = (Map<String, Object>) m;
          resolve(dataset, "path", folder);
        }
      }
    }
  }

  private static void resolve(Map<String, Object> map, String key, Path folder) {
    if (map.get(key) instanceof String s && !s.isBlank()) {
      map.put(key, folder.resolve(s).normalize().toString());
    }
  }
}
