package dev.graft.experiments.claims;

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
 */
public record Comparison(
    String label,
    String measure,
    SortedMap<Long, Double> differences,
    Interval interval,
    double threshold) {
  public Comparison {
    differences = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(differences));
  }
}
