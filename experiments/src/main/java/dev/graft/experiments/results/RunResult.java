package dev.graft.experiments.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a study.
 *
 * @param levels the level of every factor
 * @param engine the backend's name
 * @param seed of the run; runs of the same seed are pairs
 * @param status how far it is
 * @param error why it failed, in one paragraph; only of a failed run
 * @param before measures of the base model, by name
 * @param after the same after training; empty unless finished
 * @param curves what was logged on the way
 * @param cost what it took; only of a finished run
 * @param folder the run's folder under {@code runs} of the study's folder
 * @param example the first example that the run trained on, where it is known
 */
public record RunResult(
    Map<String, String> levels,
    String engine,
    long seed,
    RunStatus status,
    Optional<String> error,
    Map<String, Double> before,
    Map<String, Double> after,
    List<Curve> curves,
    Optional<RunCost> cost,
    String folder,
    Optional<MaskedText> example) {
  public RunResult {
    levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
    before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
    after = Collections.unmodifiableMap(new LinkedHashMap<>(after));
    curves = List.copyOf(curves);
  }

  /** A run whose examples are not known. */
  public RunResult(
      Map<String, String> levels,
      String engine,
      long seed,
      RunStatus status,
      Optional<String> error,
      Map<String, Double> before,
      Map<String, Double> after,
      List<Curve> curves,
      Optional<RunCost> cost,
      String folder) {
    this(
        levels, engine, seed, status, error, before, after, curves, cost, folder, Optional.empty());
  }

  /** Whether the run has these levels; factors that are not named may have any. */
  public boolean has(Map<String, String> wanted) {
    return wanted.entrySet().stream().allMatch(e -> e.getValue().equals(levels.get(e.getKey())));
  }

  /** The curve of a name. */
  public Optional<Curve> curve(String name) {
    return curves.stream().filter(c -> c.name().equals(name)).findFirst();
  }
}
