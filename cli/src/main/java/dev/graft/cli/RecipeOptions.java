package dev.graft.cli;

import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the commands that read a recipe change it. */
final class RecipeOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change the recipe: dotted keys, YAML values, as adapter.r=16 or datasets.0.path=b.json."
              + " Paths start at the working directory. May be given several times.")
  List<String> set = List.of();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "Short for --set backend.type=NAME.")
  Optional<String> engine = Optional.empty();

  Recipe read(Path recipe) {
    return read(recipe, List.of());
  }

  /** Reads a recipe; further overrides come before those of the command line. */
  Recipe read(Path recipe, List<String> before) {
    List<String> overrides = new ArrayList<>(before);
    engine.ifPresent(e -> overrides.add("backend.type=" + e));
    overrides.addAll(set);
    return RecipeFile.read(recipe, overrides);
  }
}
