package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.DatasetEntry;
import dev.graft.training.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/recipes.md} say what the configuration records say. */
class RecipesReferenceTest {
  private static final Path PAGE = Path.of("").toAbsolutePath().resolve("../docs/recipes.md");

  static String table(Class<? extends Record> type) {
    StringBuilder s =
        new StringBuilder("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
    for (ConfigBinder.KeyInfo k : ConfigBinder.describe(type)) {
      String standard =
          k.defaultValue().equals("required") ? "**required**" : code(k.defaultValue());
      s.append("| ")
          .append(code(k.key()))
          .append(" | ")
          .append(k.type().replace(" | ", ", "))
          .append(" | ")
          .append(standard)
          .append(" | ")
          .append(k.doc().replace("|", "\\|"))
          .append(" |\n");
    }
    return s.toString();
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  @Test
  void everyKeyIsDocumentedAsItIs() throws IOException {
    String page = Files.readString(PAGE);
    Plugins plugins = Plugins.discover();
    assertThat(page).contains(table(Recipe.class));
    assertThat(page).contains(table(DatasetEntry.class));
    for (String adapter : List.of("lora", "dora", "mora", "vera")) {
      assertThat(page).contains(table(plugins.adapter(adapter).provider().configType()));
    }
    for (Plugin<MaskingProvider<?>> mask : plugins.maskings()) {
      assertThat(page).contains("`" + mask.name() + "`");
      Class<? extends Record> type = mask.provider().configType();
      assertThat(page).contains(type.getRecordComponents().length == 0 ? "" : table(type));
    }
    for (String engine : List.of("djl-pytorch", "tensorflow")) {
      assertThat(page).contains(table(plugins.backend(engine).provider().configType()));
    }
  }
}
