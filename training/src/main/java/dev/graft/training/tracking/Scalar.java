package dev.graft.training.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A measured number.
 *
 * @param tag what was measured, for example {@code train/loss}
 * @param step the optimizer steps done
 * @param value the number
 * @param time when it was measured, in seconds since 1970
 */
public record Scalar(String tag, long step, double value, double time) {
  /**
   * The numbers of a line of {@code metrics.jsonl}: those of a step, of an evaluation, or of a line
   * {@code {"type": "measure", "step": n, "values": {name: value}}}, which become {@code
   * measure/<name>}. Other lines have none.
   *
   * @param otherwise the time of a line that tells none
   */
  public static List<Scalar> of(JsonNode line, double otherwise) {
    String type = line.path("type").asText();
    long step = line.path("step").asLong();
    double time = line.path("time").asDouble(otherwise);
    List<Scalar> out = new ArrayList<>();
    switch (type) {
      case "step" -> {
        add(out, "train/loss", step, line.path("loss"), time);
        add(out, "train/learning_rate", step, line.path("lr"), time);
        add(out, "train/grad_norm", step, line.path("grad_norm"), time);
        add(out, "train/tokens_per_second", step, line.path("tokens_per_second"), time);
      }
      case "eval" -> add(out, "eval/loss", step, line.path("eval_loss"), time);
      case "measure" ->
          line.path("values")
              .properties()
              .forEach(e -> add(out, "measure/" + e.getKey(), step, e.getValue(), time));
      default -> {
        // Nothing in it is a number to follow.
      }
    }
    return out;
  }

  private static void add(List<Scalar> out, String tag, long step, JsonNode value, double time) {
    if (value.isNumber()) {
      out.add(new Scalar(tag, step, value.doubleValue(), time));
    }
  }
}
