package dev.graft.experiments.report;

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
    int n = values.size();
    double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    if (n < 2) {
      return new Summary(mean, OptionalDouble.empty(), values);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double half = StudentT.quantile975(n - 1) * Math.sqrt(squares / (n - 1) / n);
    return new Summary(mean, OptionalDouble.of(half), values);
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
