package dev.graft.experiments.report;

import dev.graft.experiments.claims.Comparison;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** A comparison: every seed's difference, the mean, its 95 % interval and the threshold. */
final class IntervalPlot {
  private static final double HEIGHT = 78;
  private static final double Y = 18;

  private IntervalPlot() {}

  /** Whether there is something to draw. */
  static boolean drawable(Comparison c) {
    return Double.isFinite(c.interval().mean())
        && Double.isFinite(c.interval().low())
        && Double.isFinite(c.interval().high())
        && Double.isFinite(c.threshold());
  }

  /** Room for comparisons of the same measure, and for zero. */
  static Scale scale(List<Comparison> comparisons, double factor) {
    return Scale.around(
        comparisons.stream()
            .filter(IntervalPlot::drawable)
            .flatMapToDouble(
                c ->
                    Stream.concat(
                            Stream.of(0.0, c.threshold(), c.interval().low(), c.interval().high()),
                            c.differences().values().stream())
                        .mapToDouble(v -> v)
                        .filter(Double::isFinite)
                        .map(v -> factor * v)),
        5);
  }

  static Markup svg(Comparison c, Scale values, double factor, String xTitle) {
    Frame frame = new Frame(c.label() + ": " + c.measure(), HEIGHT, 12);
    Scale x = frame.x(values);
    frame.xAxis(x, xTitle);
    double zero = x.at(0);
    frame.line(zero, frame.top(), zero, frame.bottom(), "zero");
    double threshold = x.at(factor * c.threshold());
    frame.add(
        Markup.of("line", "threshold")
            .with("x1", threshold)
            .with("y1", frame.top() - 4)
            .with("x2", threshold)
            .with("y2", frame.bottom()));
    Markup group = Markup.of("g", "verdict");
    for (double difference : finite(c)) {
      group.add(
          Markup.of("circle", "seed")
              .with("cx", x.at(factor * difference))
              .with("cy", Y + 11)
              .with("r", 2));
    }
    double low = x.at(factor * c.interval().low());
    double high = x.at(factor * c.interval().high());
    group.add(
        Markup.of("line", "bar").with("x1", low).with("y1", Y).with("x2", high).with("y2", Y));
    for (double end : new double[] {low, high}) {
      group.add(
          Markup.of("line", "bar thin")
              .with("x1", end)
              .with("y1", Y - 5)
              .with("x2", end)
              .with("y2", Y + 5));
    }
    group.add(Ink.marker(0, x.at(factor * c.interval().mean()), Y, 4.5));
    frame.add(group);
    return frame.svg();
  }

  private static double[] finite(Comparison c) {
    return c.differences().values().stream()
        .flatMapToDouble(v -> Double.isFinite(v) ? DoubleStream.of(v) : DoubleStream.empty())
        .toArray();
  }
}
