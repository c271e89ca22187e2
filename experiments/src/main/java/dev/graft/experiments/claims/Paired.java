package dev.graft.experiments.claims;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A contrast's value of every seed that has all of its runs.
 *
 * @param interval of the mean; empty where fewer than two seeds have one
 * @param missing why there is no interval, in half a sentence; else empty
 */
record Paired(SortedMap<Long, Double> values, Optional<Interval> interval, String missing) {
  static Paired of(SortedMap<Long, Double> values, String missing) {
    Optional<Interval> interval = Interval.ofMean(values.values());
    return new Paired(values, interval, interval.isPresent() ? "" : missing);
  }

  static Paired missing(String why) {
    return new Paired(Collections.emptySortedMap(), Optional.empty(), why);
  }
}
