package dev.graft.experiments.claims;

import java.util.Collection;
import java.util.Optional;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * A 95 % confidence interval of a mean by Student's t: {@code mean ± t(0.975, n - 1) · s / √n},
 * where {@code s} is the sample's standard deviation.
 *
 * @param mean of {@code n} values
 * @param low its lower end
 * @param high its upper end
 * @param n how many values, at least 2
 */
public record Interval(double mean, double low, double high, int n) {
  /**
   * The interval of these values' mean. Equal values give an interval without width; a value that
   * is not a number gives one that decides nothing.
   *
   * @return empty for fewer than two values, which say nothing of how they scatter
   */
  public static Optional<Interval> ofMean(Collection<Double> values) {
    int n = values.size();
    if (n < 2) {
      return Optional.empty();
    }
    double[] sample = values.stream().mapToDouble(Double::doubleValue).toArray();
    if (StatUtils.min(sample) == StatUtils.max(sample)) {
      // A variance would leave a rounding error where there is none to measure.
      return Optional.of(new Interval(sample[0], sample[0], sample[0], n));
    }
    double mean = StatUtils.mean(sample);
    double error = Math.sqrt(StatUtils.variance(sample) / n);
    double t = new TDistribution(n - 1).inverseCumulativeProbability(0.975);
    return Optional.of(new Interval(mean, mean - t * error, mean + t * error, n));
  }

  /** Upper end minus lower end. */
  public double width() {
    return high - low;
  }

  /** Whether a value lies in it, ends included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
