package dev.graft.experiments.report;

import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a study's runs are laid out: the levels of its main factor are compared within every group,
 * that is, every combination of the levels of the others.
 *
 * @param main the factor that is compared, such as the mask or the method
 * @param groups the combinations of the others that there are runs of, in the order of levels
 * @param told the other factors that have more than one level
 */
record Grid(Factor main, List<Map<String, String>> groups, List<String> told) {
  static Grid of(StudyResults results) {
    Factor main = results.factors().stream().findFirst().orElse(new Factor("run", List.of()));
    Comparator<Map<String, String>> order = Comparator.comparingInt(m -> 0);
    for (Factor f : results.factors()) {
      order = order.thenComparingInt(m -> f.levels().indexOf(m.getOrDefault(f.name(), "")));
    }
    List<Map<String, String>> groups =
        results.runs().stream().map(r -> others(r, main)).distinct().sorted(order).toList();
    List<String> told =
        results.factors().stream()
            .filter(f -> f.levels().size() > 1 && !f.name().equals(main.name()))
            .map(Factor::name)
            .toList();
    return new Grid(main, groups, told);
  }

  private static Map<String, String> others(RunResult run, Factor main) {
    Map<String, String> levels = new LinkedHashMap<>(run.levels());
    levels.remove(main.name());
    return levels;
  }

  /** The levels of one cell. */
  Map<String, String> cell(Map<String, String> group, String level) {
    Map<String, String> out = new LinkedHashMap<>();
    out.put(main.name(), level);
    out.putAll(group);
    return out;
  }

  /** Whether the engine has runs of these levels, finished or not. */
  static boolean has(StudyResults results, String engine, Map<String, String> levels) {
    return results.runs().stream().anyMatch(r -> r.engine().equals(engine) && r.has(levels));
  }

  /** A group in one line; empty for a study in which nothing but the main factor varies. */
  String title(Map<String, String> group) {
    Map<String, String> varied = new LinkedHashMap<>(group);
    varied.keySet().retainAll(told);
    return Words.levels(varied);
  }

  /** The levels of the main factor that the engine has runs of. */
  List<String> levels(StudyResults results, String engine) {
    return main.levels().stream()
        .filter(l -> has(results, engine, Map.of(main.name(), l)))
        .toList();
  }
}
