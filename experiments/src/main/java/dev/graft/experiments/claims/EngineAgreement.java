package dev.graft.experiments.claims;

import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether a study says the same on two engines. Pairs are finished runs of the same levels and seed
 * on both; runs that only one has are left out.
 *
 * @param first an engine's name
 * @param second the other's
 * @param curves of every pair, in the order of the first engine's runs
 * @param measures of the study, in its order, without those that no pair has
 */
public record EngineAgreement(
    String first, String second, List<CurvePair> curves, List<MeasurePairs> measures) {
  /** The steps over which training losses are compared; later ones may depart by chaos. */
  public static final int STEPS = 100;

  /** The largest relative difference of a training loss that still counts as the same. */
  public static final double TOLERANCE = 1e-4;

  /** The share of an effect that counts as no difference, wherever its interval lies. */
  private static final double NEGLIGIBLE = 0.01;

  public EngineAgreement {
    curves = List.copyOf(curves);
    measures = List.copyOf(measures);
  }

  /**
   * A pair's training losses of steps up to {@link #STEPS}.
   *
   * @param levels of both runs
   * @param steps how many are compared
   * @param unmatched how many only one of the runs has
   * @param largest the largest {@code |a - b| / max(|a|, |b|)}
   * @param step where it is
   */
  public record CurvePair(
      Map<String, String> levels, long seed, int steps, int unmatched, double largest, int step) {
    public CurvePair {
      levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
    }

    /** Whether there are losses, each has its counterpart, and they are within the tolerance. */
    public boolean holds() {
      return steps > 0 && unmatched == 0 && largest <= TOLERANCE;
    }
  }

  /**
   * A measure's differences.
   *
   * @param differences the first engine's minus the second's of every seed, averaged over the pairs
   *     of the seed
   * @param interval of their mean; empty for fewer than two seeds
   * @param smallestEffect the smallest threshold that any verdict has for such a measure
   */
  public record MeasurePairs(
      MeasureInfo measure,
      SortedMap<Long, Double> differences,
      Optional<Interval> interval,
      double smallestEffect) {
    public MeasurePairs {
      differences = Collections.unmodifiableSortedMap(new TreeMap<>(differences));
    }

    /**
     * Whether no difference is shown: the interval contains 0, or is so near that rounding explains
     * it, which may be as one-sided as chance has it.
     */
    public boolean containsZero() {
      return interval
          .map(
              i ->
                  i.contains(0)
                      || Math.max(Math.abs(i.low()), Math.abs(i.high()))
                          <= NEGLIGIBLE * smallestEffect)
          .orElse(false);
    }

    /** Whether a difference as large as an effect would have shown. */
    public boolean narrow() {
      return interval.map(i -> i.width() < smallestEffect).orElse(false);
    }

    /** Both. */
    public boolean holds() {
      return containsZero() && narrow();
    }
  }

  /** Compares two engines. */
  public static EngineAgreement between(StudyResults results, String first, String second) {
    List<Pair> pairs = new ArrayList<>();
    for (RunResult run : results.finished(first, Map.of())) {
      results.finished(second, run.levels()).stream()
          .filter(r -> r.seed() == run.seed())
          .findFirst()
          .ifPresent(r -> pairs.add(new Pair(run, r)));
    }
    List<MeasurePairs> measures = new ArrayList<>();
    for (MeasureInfo measure : results.measures()) {
      SortedMap<Long, Double> differences = differences(pairs, measure.name());
      if (!differences.isEmpty()) {
        measures.add(
            new MeasurePairs(
                measure,
                differences,
                Interval.ofMean(differences.values()),
                Effects.of(measure.unit())));
      }
    }
    return new EngineAgreement(
        first, second, pairs.stream().map(EngineAgreement::curves).toList(), measures);
  }

  /** The pair whose training losses differ most, pairs that cannot be compared first. */
  public Optional<CurvePair> worst() {
    return curves.stream()
        .max(
            Comparator.comparing((CurvePair c) -> c.steps() == 0 || c.unmatched() > 0)
                .thenComparingDouble(CurvePair::largest));
  }

  /** Whether there are pairs and all of their curves and measures hold. */
  public boolean holds() {
    return !curves.isEmpty()
        && !measures.isEmpty()
        && curves.stream().allMatch(CurvePair::holds)
        && measures.stream().allMatch(MeasurePairs::holds);
  }

  private record Pair(RunResult first, RunResult second) {}

  private static CurvePair curves(Pair pair) {
    Map<Integer, Double> first = losses(pair.first);
    Map<Integer, Double> second = losses(pair.second);
    int steps = 0;
    double largest = 0;
    int at = 0;
    for (Map.Entry<Integer, Double> loss : first.entrySet()) {
      Double other = second.get(loss.getKey());
      if (other != null) {
        steps++;
        double difference = relative(loss.getValue(), other);
        if (Double.compare(difference, largest) > 0) { // NaN is the largest of all
          largest = difference;
          at = loss.getKey();
        }
      }
    }
    int unmatched = first.size() + second.size() - 2 * steps;
    return new CurvePair(pair.first.levels(), pair.first.seed(), steps, unmatched, largest, at);
  }

  private static Map<Integer, Double> losses(RunResult run) {
    Map<Integer, Double> losses = new TreeMap<>();
    for (Point point : run.curve("loss").map(Curve::points).orElse(List.of())) {
      if (point.step() <= STEPS) {
        losses.put(point.step(), point.value());
      }
    }
    return losses;
  }

  private static double relative(double a, double b) {
    return a == b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  }

  private static SortedMap<Long, Double> differences(List<Pair> pairs, String measure) {
    SortedMap<Long, Double> sums = new TreeMap<>();
    Map<Long, Integer> counts = new HashMap<>();
    for (Pair pair : pairs) {
      Double a = pair.first.after().get(measure);
      Double b = pair.second.after().get(measure);
      if (a != null && b != null) {
        sums.merge(pair.first.seed(), a - b, Double::sum);
        counts.merge(pair.first.seed(), 1, Integer::sum);
      }
    }
    sums.replaceAll((seed, sum) -> sum / counts.getOrDefault(seed, 1));
    return sums;
  }
}
