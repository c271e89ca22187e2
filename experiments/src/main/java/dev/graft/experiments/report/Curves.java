package dev.graft.experiments.report;

import dev.graft.experiments.report.LinePlot.Line;
import dev.graft.experiments.report.LinePlot.Spot;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The curves of runs, brought together over seeds. */
final class Curves {
  /** The most points of a line: more cannot be told apart at a line's width. */
  static final int MOST_POINTS = 100;

  private Curves() {}

  /** The names of the curves that an engine's runs have: measures first. */
  static List<String> names(StudyResults results, String engine) {
    Set<String> found = new LinkedHashSet<>();
    for (RunResult run : results.finished(engine, Map.of())) {
      run.curves().stream().filter(c -> !c.points().isEmpty()).forEach(c -> found.add(c.name()));
    }
    List<String> out = new ArrayList<>();
    results.measures().stream().map(MeasureInfo::name).filter(found::remove).forEach(out::add);
    if (found.remove("eval_loss")) {
      out.add("eval_loss");
    }
    out.addAll(found);
    return out;
  }

  static String label(StudyResults results, String curve) {
    return switch (curve) {
      case "loss" -> "training loss";
      case "eval_loss" -> "loss on held-out rows of the training data";
      default -> measure(results, curve).map(MeasureInfo::label).orElse(curve);
    };
  }

  static Unit unit(StudyResults results, String curve) {
    return measure(results, curve).map(MeasureInfo::unit).orElse(Unit.NATS);
  }

  private static Optional<MeasureInfo> measure(StudyResults results, String name) {
    return results.measures().stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /** A curve's mean over the seeds of these levels with the least and the greatest. */
  static Optional<Line> line(
      StudyResults results,
      String engine,
      Map<String, String> levels,
      String name,
      Figure.Entry entry) {
    TreeMap<Integer, List<Double>> bySeed = new TreeMap<>();
    List<Curve> curves =
        results.finished(engine, levels).stream().flatMap(r -> r.curve(name).stream()).toList();
    int[] steps =
        curves.stream()
            .flatMap(c -> c.points().stream())
            .filter(p -> Double.isFinite(p.value()))
            .mapToInt(Point::step)
            .distinct()
            .sorted()
            .toArray();
    if (steps.length == 0) {
      return Optional.empty();
    }
    int each = (steps.length + MOST_POINTS - 1) / MOST_POINTS;
    Map<Integer, Integer> bins = new TreeMap<>();
    for (int i = 0; i < steps.length; i++) {
      bins.put(steps[i], i / each);
    }
    for (Curve curve : curves) {
      bin(curve, bins).forEach((b, v) -> bySeed.computeIfAbsent(b, k -> new ArrayList<>()).add(v));
    }
    Unit unit = unit(results, name);
    List<Spot> spots = new ArrayList<>();
    bySeed.forEach(
        (b, values) -> {
          int first = b * each;
          int last = Math.min(steps.length, first + each) - 1;
          Summary s = Summary.of(values);
          spots.add(
              new Spot(
                  (steps[first] + steps[last]) / 2.0,
                  Numbers.shown(unit, s.mean()),
                  Numbers.shown(unit, s.min()),
                  Numbers.shown(unit, s.max())));
        });
    return Optional.of(new Line(entry.label(), entry.style(), spots));
  }

  private static Map<Integer, Double> bin(Curve curve, Map<Integer, Integer> bins) {
    Map<Integer, Double> sums = new TreeMap<>();
    Map<Integer, Integer> counts = new TreeMap<>();
    for (Point p : curve.points()) {
      Integer b = bins.get(p.step());
      if (b != null && Double.isFinite(p.value())) {
        sums.merge(b, p.value(), Double::sum);
        counts.merge(b, 1, Integer::sum);
      }
    }
    sums.replaceAll((b, sum) -> sum / counts.getOrDefault(b, 1));
    return sums;
  }

  /**
   * The first step at which each run of these levels has reached a value; empty where it has not.
   */
  static List<Optional<Integer>> reached(
      StudyResults results, String engine, Map<String, String> levels, String name, double value) {
    return results.finished(engine, levels).stream()
        .flatMap(r -> r.curve(name).stream())
        .map(c -> c.points().stream().filter(p -> p.value() >= value).map(Point::step).findFirst())
        .toList();
  }
}
