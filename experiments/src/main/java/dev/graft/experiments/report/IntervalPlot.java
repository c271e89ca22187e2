package dev.graft.experiments.report;

import dev.graft.experiments.claims.Comparison;
import dev.graft.experiments.claims.Limit;
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
  static Scale scale(List<Comparison> comparisons) {
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
                        .map(c.scale()::shown)),
        5);
  }

  static Markup svg(Comparison c, Scale values) {
    Frame frame = new Frame(c.label() + ": " + c.measure(), HEIGHT, 12);
    Scale x = frame.x(values);
    double threshold = x.at(c.scale().shown(c.threshold()));
    boolean right = c.limit() == Limit.MORE_THAN;
    frame.add(
        Markup.of("rect", "side")
            .with("x", right ? threshold : frame.left())
            .with("y", frame.top())
            .with("width", right ? frame.right() - threshold : threshold - frame.left())
            .with("height", frame.bottom() - frame.top()));
    frame.xAxis(x, c.measure() + " (" + c.scale().unit() + ")");
    double zero = x.at(0);
    frame.line(zero, frame.top(), zero, frame.bottom(), "zero");
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
              .with("cx", x.at(c.scale().shown(difference)))
              .with("cy", Y + 11)
              .with("r", 2));
    }
    double low = x.at(c.scale().shown(c.interval().low()));
    double high = x.at(c.scale().shown(c.interval().high()));
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
    group.add(Ink.marker(0, x.at(c.scale().shown(c.interval().mean())), Y, 4.5));
    frame.add(group);
    return frame.svg();
  }

  private static double[] finite(Comparison c) {
    return c.differences().values().stream()
        .flatMapToDouble(v -> Double.isFinite(v) ? DoubleStream.of(v) : DoubleStream.empty())
        .toArray();
  }
}
