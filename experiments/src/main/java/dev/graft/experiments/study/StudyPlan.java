package dev.graft.experiments.study;

import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MeasureInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The runs of a study.
 *
 * @param factors with the levels that have runs
 * @param measures what is measured
 * @param runs engine after engine, seed after seed
 */
public record StudyPlan(List<Factor> factors, List<MeasureInfo> measures, List<PlannedRun> runs) {
  /** The factor that a sweep adds. */
  static final String RATE = "learning_rate";

  /** The key of a level that says what it means, for people. */
  static final String ABOUT = "about";

  private static final String RECIPE = "recipe";
  private static final int FIRST_TUNING_SEED = 1000;

  /**
   * Plans what a scope has.
   *
   * @param file the study
   * @param scope how much of it
   * @param engines on which it runs
   * @param world the folder of its generated world
   * @param runs the folder for the runs' folders
   * @param digests of the files that the runs read
   */
  static StudyPlan of(
      StudyFile file, Scope scope, List<String> engines, Path world, Path runs, Digests digests) {
    List<Factor> all = factors(file.spec());
    List<Map<String, String>> cells = Matrix.cells(all, scope.matrices());
    Runs make = new Runs(file, world, runs, digests);
    List<PlannedRun> out = new ArrayList<>();
    List<Map<String, List<String>>> further = file.spec().further();
    List<Map<String, String>> again =
        Matrix.cells(all, further.isEmpty() ? List.of(Map.of()) : further);
    for (String engine : engines) {
      boolean first = engine.equals(engines.get(0));
      for (int seed = 1; seed <= scope.seeds(); seed++) {
        for (Map<String, String> cell : cells) {
          if (first || again.contains(cell)) {
            out.add(make.run(cell, scope.set(), engine, seed));
          }
        }
      }
    }
    return new StudyPlan(used(all, cells), measures(out), out);
  }

  /**
   * Plans the sweep of learning rates, which are one more factor: every rate with every combination
   * of levels, with seeds that the study does not have.
   */
  static StudyPlan sweep(
      StudyFile file, Tune tune, List<String> engines, Path world, Path runs, Digests digests) {
    List<Factor> all = factors(file.spec());
    List<Map<String, String>> cells = Matrix.cells(all, tune.matrices());
    Runs make = new Runs(file, world, runs, digests);
    List<PlannedRun> out = new ArrayList<>();
    List<String> rates = tune.learningRates().stream().map(String::valueOf).toList();
    for (String engine : engines) {
      for (int seed = 1; seed <= tune.seeds(); seed++) {
        for (Map<String, String> cell : cells) {
          for (String rate : rates) {
            Map<String, String> levels = new LinkedHashMap<>(cell);
            levels.put(RATE, rate);
            Map<String, Object> set = Map.of(RECIPE + "." + RATE, Double.parseDouble(rate));
            out.add(make.run(levels, set, engine, FIRST_TUNING_SEED + seed));
          }
        }
      }
    }
    List<Factor> used = new ArrayList<>(used(all, cells));
    used.add(new Factor(RATE, rates));
    return new StudyPlan(used, measures(out), out);
  }

  private static List<Factor> factors(StudySpec spec) {
    List<Factor> all = new ArrayList<>();
    spec.factors()
        .forEach(
            (name, levels) -> {
              Map<String, String> about = new LinkedHashMap<>();
              levels.forEach(
                  (level, changes) ->
                      Optional.ofNullable(changes.get(ABOUT))
                          .ifPresent(text -> about.put(level, String.valueOf(text))));
              all.add(new Factor(name, List.copyOf(levels.keySet()), about));
            });
    Matrix.check(all, spec.rules());
    return all;
  }

  private static List<Factor> used(List<Factor> all, List<Map<String, String>> cells) {
    List<Factor> used = new ArrayList<>();
    for (Factor f : all) {
      used.add(
          new Factor(
              f.name(),
              f.levels().stream()
                  .filter(l -> cells.stream().anyMatch(c -> l.equals(c.get(f.name()))))
                  .toList(),
              f.about()));
    }
    return used;
  }

  private static List<MeasureInfo> measures(List<PlannedRun> runs) {
    Map<String, MeasureInfo> infos = new LinkedHashMap<>();
    runs.forEach(r -> r.measures().forEach((n, m) -> infos.putIfAbsent(n, m.info(n))));
    return List.copyOf(infos.values());
  }
}
