package dev.graft.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.training.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A finished run done again from its manifest, beside what it gave the first time.
 *
 * @param recipe what was trained again, into another folder
 * @param changed what of the machine, of Graft and of the plugins is not as it was; such a run may
 *     differ by rounding
 */
public record Reproduction(Path run, Recipe recipe, List<String> changed) {
  private static final List<String> COMPARED = List.of("loss", "grad_norm", "eval_loss");

  /**
   * How much a quantity differs.
   *
   * @param name {@code loss}, {@code grad_norm} or {@code eval_loss}
   * @param values how many were compared
   * @param largest the largest relative difference
   * @param step where it is
   */
  public record Difference(String name, int values, double largest, int step) {}

  /**
   * Prepares to repeat a run.
   *
   * @param run the folder of a finished run
   * @param out another folder
   * @throws GraftException {@code file.missing} for a folder without a finished run; {@code
   *     resume.mismatch} naming every data set or model file that is not what it was
   */
  public static Reproduction of(Trainer trainer, Path run, Path out) {
    Path file = run.resolve("manifest.json");
    if (!Files.exists(run.resolve("summary.json"))) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected the folder of a finished run, received '"
              + run
              + "', which holds none; give the folder with manifest.json and summary.json");
    }
    Map<String, Object> keys = new LinkedHashMap<>();
    ObjectNode json = Json.object(file);
    json.path("recipe")
        .properties()
        .forEach(e -> keys.put(e.getKey(), Json.mapper().convertValue(e.getValue(), Object.class)));
    keys.put("output_dir", out.toAbsolutePath().normalize().toString());
    Recipe recipe = Recipe.of(keys);
    Manifest then = Manifest.read(file);
    PreparedRun prepared = trainer.prepare(recipe);
    Manifest now = Manifest.of(prepared);
    now.checkSame(then, run);
    return new Reproduction(run, recipe, now.otherSurroundings(then));
  }

  /** What the repeated run gave, beside the first; both folders hold finished runs. */
  public List<Difference> differences() {
    Map<String, Map<Integer, Double>> first = values(run);
    Map<String, Map<Integer, Double>> second = values(Path.of(recipe.outputDir()));
    List<Difference> out = new ArrayList<>();
    for (String name : COMPARED) {
      Map<Integer, Double> a = first.getOrDefault(name, Map.of());
      Map<Integer, Double> b = second.getOrDefault(name, Map.of());
      double largest = a.keySet().equals(b.keySet()) ? 0 : Double.POSITIVE_INFINITY;
      int at = 0;
      for (Map.Entry<Integer, Double> e : a.entrySet()) {
        double x = e.getValue();
        double y = b.getOrDefault(e.getKey(), Double.NaN);
        double difference = x == y ? 0 : Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y));
        if (difference > largest) {
          largest = difference;
          at = e.getKey();
        }
      }
      if (!a.isEmpty() || !b.isEmpty()) {
        out.add(new Difference(name, a.size(), largest, at));
      }
    }
    return out;
  }

  private static Map<String, Map<Integer, Double>> values(Path folder) {
    Path file = folder.resolve("metrics.jsonl");
    Map<String, Map<Integer, Double>> out = new LinkedHashMap<>();
    for (String line : Reading.text(file).lines().toList()) {
      JsonNode m;
      try {
        m = Json.mapper().readTree(line);
      } catch (JsonProcessingException e) {
        throw Reading.malformed(file, "expected a JSON object in every line, received " + line, e);
      }
      for (String name : COMPARED) {
        if (m.path(name).isNumber()) {
          out.computeIfAbsent(name, n -> new LinkedHashMap<>())
              .put(m.path("step").asInt(), m.path(name).asDouble());
        }
      }
    }
    return out;
  }
}
