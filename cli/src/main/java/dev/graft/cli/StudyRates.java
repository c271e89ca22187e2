package dev.graft.cli;

import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What a sweep of learning rates gave: a line for every combination of levels, the best marked. */
final class StudyRates {
  private static final String RATE = "learning_rate";

  private StudyRates() {}

  /**
   * Prints a sweep.
   *
   * @param select the measure that the best rate is chosen by
   */
  static void print(Session session, StudyResults results, String select) {
    boolean lower =
        results.measures().stream()
            .filter(m -> m.name().equals(select))
            .map(MeasureInfo::direction)
            .anyMatch(d -> d == Direction.LOWER);
    List<String> rates =
        results.factors().stream()
            .filter(f -> f.name().equals(RATE))
            .findFirst()
            .orElseThrow()
            .levels();
    session.out().println(select + " by learning rate (mean of the sweep's seeds; * is the best)");
    Table table = new Table(0);
    List<String> head = new ArrayList<>(List.of("engine"));
    results.factors().stream().map(f -> f.name()).filter(n -> !n.equals(RATE)).forEach(head::add);
    head.addAll(rates);
    table.row(head.toArray(String[]::new));
    Set<Map<String, String>> cells = new LinkedHashSet<>();
    for (RunResult run : results.runs()) {
      Map<String, String> cell = new LinkedHashMap<>(run.levels());
      cell.remove(RATE);
      cells.add(cell);
    }
    for (String engine : results.engines()) {
      for (Map<String, String> cell : cells) {
        table.row(row(results, engine, cell, rates, select, lower));
      }
    }
    table.print(session.out());
    session.out().flush();
  }

  private static String[] row(
      StudyResults results,
      String engine,
      Map<String, String> cell,
      List<String> rates,
      String select,
      boolean lower) {
    Map<String, Double> means = new LinkedHashMap<>();
    for (String rate : rates) {
      Map<String, String> levels = new LinkedHashMap<>(cell);
      levels.put(RATE, rate);
      OptionalDouble mean =
          results.after(engine, levels, select).values().stream()
              .mapToDouble(Double::doubleValue)
              .average();
      mean.ifPresent(m -> means.put(rate, m));
    }
    Optional<Double> best =
        means.values().stream().reduce(lower ? Math::min : (a, b) -> Math.max(a, b));
    List<String> out = new ArrayList<>(List.of(engine));
    out.addAll(cell.values());
    for (String rate : rates) {
      Double mean = means.get(rate);
      out.add(
          mean == null
              ? "-"
              : String.format(Locale.ROOT, "%.4f", mean)
                  + (best.equals(Optional.of(mean)) ? "*" : ""));
    }
    return out.toArray(String[]::new);
  }
}
