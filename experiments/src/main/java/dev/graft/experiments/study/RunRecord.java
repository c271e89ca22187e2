package dev.graft.experiments.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunCost;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a finished run's folder tells.
 *
 * @param after measures after the last step
 */
record RunRecord(Map<String, Double> after, List<Curve> curves, RunCost cost) {

  /**
   * Reads a folder.
   *
   * @param peakMemoryBytes the most memory that the process held meanwhile
   */
  static RunRecord read(Path folder, Optional<Long> peakMemoryBytes) {
    JsonNode summary = Json.object(folder.resolve("summary.json"));
    JsonNode manifest = Json.object(folder.resolve("manifest.json"));
    Path metrics = folder.resolve("metrics.jsonl");
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    Map<String, Double> after = new LinkedHashMap<>();
    double seconds = 0;
    int steps = summary.path("steps").asInt();
    for (String line : Reading.text(metrics).lines().toList()) {
      JsonNode m = parse(metrics, line);
      int step = m.path("step").asInt();
      switch (m.path("type").asText()) {
        case "step" -> {
          add(curves, "loss", step, m.path("loss").asDouble());
          seconds += m.path("seconds").asDouble();
        }
        case "eval" -> add(curves, "eval_loss", step, m.path("eval_loss").asDouble());
        case "measure" -> {
          for (Map.Entry<String, JsonNode> v : m.path("values").properties()) {
            add(curves, v.getKey(), step, v.getValue().asDouble());
            if (step == steps) {
              after.put(v.getKey(), v.getValue().asDouble());
            }
          }
        }
        default -> {
          // Further kinds of lines are not for studies.
        }
      }
    }
    List<Curve> out = new ArrayList<>();
    curves.forEach((name, points) -> out.add(new Curve(name, points)));
    return new RunRecord(
        after,
        out,
        new RunCost(
            manifest.path("trainable_parameters").asLong(),
            steps,
            summary.path("tokens").asLong(),
            summary.path("trained_tokens").asLong(),
            seconds,
            peakMemoryBytes));
  }

  private static void add(Map<String, List<Point>> curves, String name, int step, double value) {
    curves.computeIfAbsent(name, n -> new ArrayList<>()).add(new Point(step, value));
  }

  private static JsonNode parse(Path file, String line) {
    try {
      return Json.mapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw Reading.malformed(file, "expected a JSON object in every line, received " + line, e);
    }
  }
}
