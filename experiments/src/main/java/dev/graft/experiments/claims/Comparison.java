package dev.graft.experiments.claims;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A paired comparison over seeds.
 *
 * @param label what is compared, such as "no mask minus response-only, long prompts"
 * @param measure the label of the measure
 * @param differences the difference of every seed
 * @param interval of their mean, 95 %
 * @param threshold what the interval is compared with
 * @param limit on which side of the threshold the claim lies
 * @param scale how its numbers are written
 */
public record Comparison(
    String label,
    String measure,
    SortedMap<Long, Double> differences,
    Interval interval,
    double threshold,
    Limit limit,
    Scale scale) {
  public Comparison {
    differences = Collections.unmodifiableSortedMap(new TreeMap<>(differences));
  }

  /** What it says by itself; never {@link Outcome#NOT_TESTED}. */
  public Outcome outcome() {
    return limit.judge(interval, threshold);
  }
}
