package dev.graft.experiments.study;

import dev.graft.api.config.ConfigBinder;
import dev.graft.experiments.measure.MeasureSpec;
import dev.graft.training.recipe.Overrides;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes runs of a study: its recipe and measures, changed by the levels in the order of the
 * factors, then by the rules that hold, then by the scope.
 */
final class Runs {
  private static final String RECIPE = "recipe";
  private static final String MEASURES = "measures";

  private final StudyFile file;
  private final Map<String, String> fixed;
  private final Path runs;
  private final Digests digests;

  /**
   * Makes runs.
   *
   * @param world the folder of the study's generated world
   * @param runs the folder for the runs' folders
   * @param digests of the files that the runs read
   */
  Runs(StudyFile file, Path world, Path runs, Digests digests) {
    this.file = file;
    this.fixed = new LinkedHashMap<>(file.spec().vars());
    fixed.put("world", world.toString());
    this.runs = runs;
    this.digests = digests;
  }

  PlannedRun run(Map<String, String> cell, Map<String, Object> last, String engine, long seed) {
    StudySpec spec = file.spec();
    Map<String, Object> map =
        Overrides.modifiable(Map.of(RECIPE, spec.recipe(), MEASURES, spec.measures()));
    cell.forEach(
        (factor, level) ->
            spec.factors()
                .getOrDefault(factor, Map.of())
                .getOrDefault(level, Map.of())
                .forEach(
                    (k, v) -> {
                      if (!k.equals(StudyPlan.ABOUT)) {
                        Overrides.set(map, k, v);
                      }
                    }));
    for (Rule rule : spec.rules()) {
      if (rule.holds(cell)) {
        rule.set().forEach((k, v) -> Overrides.set(map, k, v));
      }
    }
    last.forEach((k, v) -> Overrides.set(map, k, v));
    Overrides.set(map, RECIPE + ".seed", seed);
    Overrides.set(map, RECIPE + ".backend.type", engine);
    Overrides.set(map, RECIPE + ".output_dir", runs.toString());
    Map<String, String> values = new LinkedHashMap<>(fixed);
    values.putAll(cell);
    Map<String, Object> filled = new Variables(values).in(map);
    Recipe recipe = RecipeFile.of(block(filled, RECIPE), file.folder());
    Map<String, MeasureSpec> measures = new LinkedHashMap<>();
    block(filled, MEASURES)
        .forEach((n, m) -> measures.put(n, measure(n, (Map<?, ?>) m, file.folder())));
    String base = digests.ofBase(recipe, measures, engine);
    StringBuilder id = new StringBuilder();
    cell.values().forEach(l -> id.append(l).append('_'));
    id.append("seed").append(seed).append('_').append(engine).append('_');
    id.append(digests.ofRun(recipe, measures, engine));
    Recipe own = recipe.with("output_dir", runs.resolve(id.toString()).toString());
    return new PlannedRun(id.toString(), cell, engine, seed, own, measures, base);
  }

  private static Map<String, Object> block(Map<String, Object> map, String key) {
    return map.get(key) instanceof Map<?, ?> m ? Overrides.modifiable(m) : Map.of();
  }

  private static MeasureSpec measure(String name, Map<?, ?> block, Path folder) {
    Map<String, Object> copy = Overrides.modifiable(block);
    if (copy.get("path") instanceof String p) {
      copy.put("path", folder.resolve(p).normalize().toString());
    }
    return ConfigBinder.bind(copy, MeasureSpec.class, MEASURES + "." + name);
  }
}
