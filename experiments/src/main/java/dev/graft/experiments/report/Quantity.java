package dev.graft.experiments.report;

import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A number of a run that tables and plots show.
 *
 * @param key short, for the terminal
 * @param label what people read
 * @param direction which values are better
 * @param unit what it counts in
 * @param of the number of a run, where it has one
 * @param before the same before training, where that means something
 */
record Quantity(
    String key,
    String label,
    Direction direction,
    Unit unit,
    Function<RunResult, Optional<Double>> of,
    Function<RunResult, Optional<Double>> before) {

  /** A measure after training. */
  static Quantity after(MeasureInfo measure) {
    return new Quantity(
        measure.name(),
        measure.label(),
        measure.direction(),
        measure.unit(),
        r -> finite(r.after().get(measure.name())),
        r -> finite(r.before().get(measure.name())));
  }

  /** How much worse a measure of the source domain got: above 0 is forgotten. */
  static Quantity forgetting(MeasureInfo measure) {
    double sign = measure.direction() == Direction.LOWER ? 1 : -1;
    return new Quantity(
        "forgot_" + measure.name(),
        "forgetting: " + measure.label() + (sign > 0 ? ", rise" : ", fall"),
        Direction.LOWER,
        measure.unit(),
        r ->
            finite(r.after().get(measure.name()))
                .flatMap(a -> finite(r.before().get(measure.name())).map(b -> sign * (a - b))),
        r -> Optional.empty());
  }

  /** What the tables of a study show: its measures, and forgetting where it is about that. */
  static List<Quantity> of(StudyResults results) {
    List<Quantity> out = new ArrayList<>();
    results.measures().forEach(m -> out.add(after(m)));
    if (results.info().name().equals("learn-forget")) {
      results.measures().stream()
          .filter(m -> List.of("source_loss", "facts", "narratives").contains(m.name()))
          .forEach(m -> out.add(forgetting(m)));
    }
    return out;
  }

  Summary summary(StudyResults results, String engine, Map<String, String> levels) {
    return Summary.of(results.bySeed(engine, levels, of).values());
  }

  Summary summaryBefore(StudyResults results, String engine, Map<String, String> levels) {
    return Summary.of(results.bySeed(engine, levels, before).values());
  }

  /** The label with the unit. */
  String title() {
    return label
        + " ("
        + (unit == Unit.SHARE && key.startsWith("forgot_") ? "points" : Words.unit(unit))
        + ")";
  }

  private static Optional<Double> finite(@org.jspecify.annotations.Nullable Double value) {
    return value == null || !Double.isFinite(value) ? Optional.empty() : Optional.of(value);
  }
}
