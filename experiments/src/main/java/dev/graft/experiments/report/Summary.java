package dev.graft.experiments.report;

import dev.graft.experiments.claims.Interval;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Values of several seeds.
 *
 * @param mean of the finite ones
 * @param halfWidth half of the width of the mean's 95 % interval (Student's t); empty for one value
 * @param values the finite ones
 */
record Summary(double mean, OptionalDouble halfWidth, List<Double> values) {
  Summary {
    values = List.copyOf(values);
  }

  static Summary of(Collection<Double> all) {
    List<Double> values = all.stream().filter(Double::isFinite).toList();
    return Interval.ofMean(values)
        .map(i -> new Summary(i.mean(), OptionalDouble.of((i.high() - i.low()) / 2), values))
        .orElseGet(
            () ->
                new Summary(
                    values.isEmpty() ? Double.NaN : values.get(0), OptionalDouble.empty(), values));
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  double low() {
    return mean - halfWidth.orElse(0);
  }

  double high() {
    return mean + halfWidth.orElse(0);
  }

  double min() {
    return values.stream().mapToDouble(v -> v).min().orElse(mean);
  }

  double max() {
    return values.stream().mapToDouble(v -> v).max().orElse(mean);
  }
}
