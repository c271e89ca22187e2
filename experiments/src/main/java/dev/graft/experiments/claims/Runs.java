package dev.graft.experiments.claims;

import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The runs of a study on one engine, and what claims read off them. */
final class Runs {
  private final StudyResults results;
  private final String engine;
  private final List<RunResult> runs;

  Runs(StudyResults results, String engine) {
    this.results = results;
    this.engine = engine;
    this.runs = results.runs().stream().filter(r -> r.engine().equals(engine)).toList();
  }

  String engine() {
    return engine;
  }

  /** The levels that the study has runs of, finished or not, out of these and in their order. */
  List<String> present(String factor, List<String> levels) {
    return levels.stream().filter(l -> runs.stream().anyMatch(r -> has(r, factor, l))).toList();
  }

  /** The first of these levels that the study has runs of; the first of all where it has none. */
  String first(String factor, List<String> levels) {
    return present(factor, levels).stream().findFirst().orElse(levels.get(0));
  }

  /**
   * The first and the last of these levels that the study has runs of; those of all levels where it
   * has fewer than two.
   */
  List<String> ends(String factor, List<String> levels) {
    List<String> there = present(factor, levels);
    List<String> of = there.size() < 2 ? levels : there;
    return List.of(of.get(0), of.get(of.size() - 1));
  }

  Stream<RunResult> finished() {
    return runs.stream().filter(r -> r.status() == RunStatus.FINISHED);
  }

  /** A measure after training. */
  Reading after(String measure) {
    return reading(measure, "", r -> value(r.after(), measure));
  }

  /** A measure after training minus before it. */
  Reading growth(String measure) {
    return reading(measure, "growth of the ", r -> minus(r.after(), r.before(), measure));
  }

  /** A measure before training minus after it. */
  Reading decline(String measure) {
    return reading(measure, "decline of the ", r -> minus(r.before(), r.after(), measure));
  }

  private Reading reading(
      String measure, String prefix, Function<RunResult, Optional<Double>> value) {
    Optional<MeasureInfo> info =
        results.measures().stream().filter(m -> m.name().equals(measure)).findFirst();
    return new Reading(
        prefix + info.map(MeasureInfo::label).orElse(measure),
        info.map(i -> Scale.of(i.unit())).orElse(Scale.NATS),
        value);
  }

  static Optional<Double> value(Map<String, Double> measures, String name) {
    return Optional.ofNullable(measures.get(name));
  }

  private static Optional<Double> minus(
      Map<String, Double> first, Map<String, Double> second, String name) {
    return value(first, name).flatMap(a -> value(second, name).map(b -> a - b));
  }

  /**
   * A contrast's value by seed. It is the mean over the cells (levels of the factors that it does
   * not name) that the study has runs of for every term, so that both sides are averaged over the
   * same. A seed of which one such run is not finished is left out altogether, because a mean over
   * fewer cells could not be told from an effect. Cells in which the reading is not taken at all
   * are left out.
   */
  Paired pair(Contrast contrast, Reading reading) {
    List<String> absent =
        contrast.terms().stream()
            .filter(t -> runs.stream().noneMatch(r -> r.has(t.levels())))
            .map(Contrast.Term::describe)
            .distinct()
            .toList();
    if (!absent.isEmpty()) {
      return Paired.missing(
          "the study has no runs of " + String.join("; ", absent) + " on " + engine + wider());
    }
    Set<Map<String, String>> cells = cells(contrast);
    if (cells.isEmpty()) {
      return Paired.missing(
          "the study has no runs on "
              + engine
              + " in which only what is compared differs ("
              + contrast.terms().stream()
                  .map(Contrast.Term::describe)
                  .collect(Collectors.joining("; "))
              + ")"
              + wider());
    }
    List<RunResult> compared = compared(contrast, cells);
    Set<Map<String, String>> measured =
        cells.stream()
            .filter(cell -> applies(compared, cell, reading))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (measured.isEmpty()) {
      return Paired.missing("its runs do not have the " + reading.label());
    }
    SortedMap<Long, Double> values = new TreeMap<>();
    for (long seed : compared.stream().map(RunResult::seed).distinct().toList()) {
      value(contrast, measured, reading, seed).ifPresent(v -> values.put(seed, v));
    }
    return Paired.of(values, tooFew(values.size(), compared));
  }

  private Optional<Double> value(
      Contrast contrast, Set<Map<String, String>> cells, Reading reading, long seed) {
    double sum = 0;
    for (Map<String, String> cell : cells) {
      for (Contrast.Term term : contrast.terms()) {
        Optional<Double> value =
            finished()
                .filter(r -> r.seed() == seed && r.has(cell) && r.has(term.levels()))
                .findFirst()
                .flatMap(reading.of());
        if (value.isEmpty()) {
          return Optional.empty();
        }
        sum += term.weight() * value.get();
      }
    }
    return Optional.of(sum / cells.size());
  }

  private Set<Map<String, String>> cells(Contrast contrast) {
    Set<String> named = contrast.factors();
    List<Set<Map<String, String>>> ofTerms = new ArrayList<>();
    for (Contrast.Term term : contrast.terms()) {
      ofTerms.add(
          runs.stream()
              .filter(r -> r.has(term.levels()))
              .map(r -> others(r, named))
              .collect(Collectors.toCollection(LinkedHashSet::new)));
    }
    Set<Map<String, String>> cells = new LinkedHashSet<>(ofTerms.get(0));
    ofTerms.forEach(cells::retainAll);
    return cells;
  }

  private static Map<String, String> others(RunResult run, Set<String> named) {
    Map<String, String> others = new TreeMap<>(run.levels());
    others.keySet().removeAll(named);
    return others;
  }

  private List<RunResult> compared(Contrast contrast, Set<Map<String, String>> cells) {
    Set<String> named = contrast.factors();
    return runs.stream()
        .filter(r -> contrast.terms().stream().anyMatch(t -> r.has(t.levels())))
        .filter(r -> cells.contains(others(r, named)))
        .toList();
  }

  /** Whether a cell has the reading, or may still have it once its runs are finished. */
  private static boolean applies(
      List<RunResult> compared, Map<String, String> cell, Reading reading) {
    List<RunResult> finished =
        compared.stream().filter(r -> r.has(cell) && r.status() == RunStatus.FINISHED).toList();
    return finished.isEmpty() || finished.stream().anyMatch(r -> reading.of().apply(r).isPresent());
  }

  private static String tooFew(int seeds, List<RunResult> compared) {
    long failed = compared.stream().filter(r -> r.status() == RunStatus.FAILED).count();
    long missing = compared.stream().filter(r -> r.status() == RunStatus.MISSING).count();
    return (seeds == 0 ? "no seed has" : "only one seed has")
        + " all "
        + "of the runs that are compared, and an interval needs two ("
        + failed
        + " of them failed, "
        + missing
        + " have not finished)";
  }

  private String wider() {
    return results.info().scope().equals("full") ? "" : "; a larger scope may have them";
  }

  private static boolean has(RunResult run, String factor, String level) {
    return level.equals(run.levels().get(factor));
  }
}
