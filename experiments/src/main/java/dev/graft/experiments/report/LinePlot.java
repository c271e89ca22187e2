package dev.graft.experiments.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** Means over steps with bands. */
final class LinePlot {
  private static final double HEIGHT = 250;
  private static final int MARKERS = 6;

  /**
   * A place on the way.
   *
   * @param step on the x axis
   * @param mean over seeds
   * @param low the least of them
   * @param high the greatest of them
   */
  record Spot(double step, double mean, double low, double high) {}

  /** A mean with its band. */
  record Line(String label, int style, List<Spot> spots) {
    Line {
      spots = List.copyOf(spots);
    }
  }

  /** A value that means something by itself, such as chance. */
  record Mark(String label, double value) {}

  private LinePlot() {}

  static Scale steps(List<Line> lines) {
    return Scale.around(
        DoubleStream.concat(
            DoubleStream.of(0),
            lines.stream().flatMap(l -> l.spots().stream()).mapToDouble(Spot::step)),
        5);
  }

  static Scale values(List<Line> lines, Optional<Mark> mark) {
    DoubleStream bands =
        lines.stream()
            .flatMap(l -> l.spots().stream())
            .flatMapToDouble(s -> DoubleStream.of(s.low(), s.high()));
    return Scale.around(DoubleStream.concat(bands, mark.stream().mapToDouble(Mark::value)), 5);
  }

  static Markup svg(
      String what,
      List<Line> lines,
      Scale steps,
      Scale values,
      String yTitle,
      Optional<Mark> mark) {
    double widest =
        values.ticks(5).stream()
            .mapToDouble(t -> Frame.textWidth(values.label(t, 5)))
            .max()
            .orElse(20);
    Frame frame = new Frame(what, HEIGHT, 24 + widest);
    Scale x = frame.x(steps);
    Scale y = frame.y(values);
    frame.xAxis(x, "optimizer steps");
    frame.yAxis(y, yTitle);
    for (Line line : lines) {
      frame.add(line(line, x, y));
    }
    mark.ifPresent(
        m -> {
          frame.line(frame.left(), y.at(m.value()), frame.right(), y.at(m.value()), "mark");
          frame.text(frame.right() - 2, y.at(m.value()) - 4, "end", "mark", m.label());
        });
    return frame.svg();
  }

  private static Markup line(Line line, Scale x, Scale y) {
    Markup group = Markup.of("g", Ink.cssClass(line.style()));
    group.add(Markup.of("title").text(line.label()));
    StringBuilder up = new StringBuilder();
    StringBuilder down = new StringBuilder();
    StringBuilder middle = new StringBuilder();
    for (Spot s : line.spots()) {
      append(up, x.at(s.step()), y.at(s.high()));
      append(middle, x.at(s.step()), y.at(s.mean()));
    }
    for (int i = line.spots().size() - 1; i >= 0; i--) {
      Spot s = line.spots().get(i);
      append(down, x.at(s.step()), y.at(s.low()));
    }
    boolean band = line.spots().stream().anyMatch(s -> s.high() > s.low());
    if (band && line.spots().size() > 1) {
      group.add(Markup.of("polygon", "band").with("points", up.toString() + " " + down));
    }
    group.add(
        Ink.dashed(Markup.of("polyline", "line").with("points", middle.toString()), line.style()));
    int every = Math.max(1, (line.spots().size() + MARKERS - 1) / MARKERS);
    // Levels have their markers at different places, so that lines which coincide show them all.
    for (int i = line.style() % every; i < line.spots().size(); i += every) {
      Spot s = line.spots().get(i);
      group.add(Ink.marker(line.style(), x.at(s.step()), y.at(s.mean()), 3));
    }
    return group;
  }

  private static void append(StringBuilder points, double x, double y) {
    if (points.length() > 0) {
      points.append(' ');
    }
    points.append(Markup.coordinate(x)).append(',').append(Markup.coordinate(y));
  }
}
