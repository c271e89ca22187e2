package dev.graft.training.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link Probe} measured: a line of {@code metrics.jsonl}.
 *
 * @param step the optimizer steps done
 * @param values by name
 * @param seconds how long it took
 */
public record MeasureMetrics(int step, Map<String, Double> values, double seconds) {
  public MeasureMetrics {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  Map<String, Object> line() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "measure");
    out.put("step", step);
    out.put("values", values);
    out.put("seconds", seconds);
    return out;
  }
}
