package dev.graft.experiments.results;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A study with all of its runs, also those that failed or are missing.
 *
 * @param factors what is varied, with the levels that this study has runs of
 * @param measures what is measured after every run
 * @param runs in the order of engines, factors' levels and seeds
 */
public record StudyResults(
    StudyInfo info, List<Factor> factors, List<MeasureInfo> measures, List<RunResult> runs) {
  public StudyResults {
    factors = List.copyOf(factors);
    measures = List.copyOf(measures);
    runs = List.copyOf(runs);
  }

  /** The engines that the study ran on, in their order. */
  public List<String> engines() {
    return runs.stream().map(RunResult::engine).distinct().toList();
  }

  /** The finished runs of an engine that have these levels. */
  public List<RunResult> finished(String engine, Map<String, String> levels) {
    return runs.stream()
        .filter(r -> r.status() == RunStatus.FINISHED && r.engine().equals(engine) && r.has(levels))
        .toList();
  }

  /**
   * A number of every finished run of an engine with these levels, by seed. Where several runs of a
   * seed have them, their mean: factors that are not named are averaged over. Runs that do not have
   * the number are left out.
   */
  public SortedMap<Long, Double> bySeed(
      String engine, Map<String, String> levels, Function<RunResult, Optional<Double>> value) {
    SortedMap<Long, Double> sums = new TreeMap<>();
    SortedMap<Long, Integer> counts = new TreeMap<>();
    for (RunResult run : finished(engine, levels)) {
      value
          .apply(run)
          .ifPresent(
              v -> {
                sums.merge(run.seed(), v, Double::sum);
                counts.merge(run.seed(), 1, Integer::sum);
              });
    }
    sums.replaceAll((seed, sum) -> sum / counts.getOrDefault(seed, 1));
    return sums;
  }

  /** A measure after training, by seed; as {@link #bySeed}. */
  public SortedMap<Long, Double> after(String engine, Map<String, String> levels, String measure) {
    return bySeed(engine, levels, r -> Optional.ofNullable(r.after().get(measure)));
  }

  /** A measure after training minus before it, by seed; as {@link #bySeed}. */
  public SortedMap<Long, Double> change(String engine, Map<String, String> levels, String measure) {
    return bySeed(
        engine,
        levels,
        r -> {
          Double before = r.before().get(measure);
          Double after = r.after().get(measure);
          return before == null || after == null ? Optional.empty() : Optional.of(after - before);
        });
  }
}
