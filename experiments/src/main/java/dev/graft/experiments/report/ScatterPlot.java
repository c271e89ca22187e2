package dev.graft.experiments.report;

import java.util.List;
import java.util.stream.DoubleStream;

/** One point of every level by two values, with the 95 % intervals of both. */
final class ScatterPlot {
  private static final double HEIGHT = 280;
  private static final double LINE = 12;

  /** A level with its two values as they are shown. */
  record Spot(String label, int style, Summary x, Summary y) {}

  private ScatterPlot() {}

  static Scale xScale(List<Spot> spots, boolean log) {
    DoubleStream ends =
        spots.stream().flatMapToDouble(s -> DoubleStream.of(s.x().low(), s.x().high()));
    return log ? Scale.logarithmic(ends) : Scale.around(ends, 5);
  }

  static Scale yScale(List<Spot> spots) {
    return Scale.around(
        spots.stream().flatMapToDouble(s -> DoubleStream.of(s.y().low(), s.y().high())), 5);
  }

  static Markup svg(
      String what, List<Spot> spots, Scale xValues, Scale yValues, String xTitle, String yTitle) {
    double widest =
        yValues.ticks(5).stream()
            .mapToDouble(t -> Frame.textWidth(yValues.label(t, 5)))
            .max()
            .orElse(20);
    Frame frame = new Frame(what, HEIGHT, 24 + widest);
    Scale x = frame.x(xValues);
    Scale y = frame.y(yValues);
    frame.xAxis(x, xTitle);
    frame.yAxis(y, yTitle);
    Labels labels = new Labels(frame);
    for (Spot s : spots) {
      labels.keepFree(x.at(s.x().mean()), y.at(s.y().mean()));
    }
    for (Spot s : spots) {
      frame.add(spot(s, x, y));
      labels.place(s.label(), x.at(s.x().mean()), y.at(s.y().mean()));
    }
    return frame.svg();
  }

  private static Markup spot(Spot s, Scale x, Scale y) {
    Markup group = Markup.of("g", Ink.cssClass(s.style()));
    group.add(
        Markup.of("title")
            .text(s.label() + ": across " + DotPlot.said(s.x()) + "; up " + DotPlot.said(s.y())));
    double atX = x.at(s.x().mean());
    double atY = y.at(s.y().mean());
    group.add(bar(x.at(s.x().low()), atY, x.at(s.x().high()), atY));
    group.add(bar(atX, y.at(s.y().low()), atX, y.at(s.y().high())));
    return group.add(Ink.marker(s.style(), atX, atY, 4.5));
  }

  private static Markup bar(double x1, double y1, double x2, double y2) {
    return Markup.of("line", "bar thin")
        .with("x1", x1)
        .with("y1", y1)
        .with("x2", x2)
        .with("y2", y2);
  }

  /** Names beside their points, on the first side where they hit nothing. */
  private static final class Labels {
    private final Frame frame;
    private final java.util.ArrayList<double[]> taken = new java.util.ArrayList<>();

    Labels(Frame frame) {
      this.frame = frame;
    }

    void keepFree(double x, double y) {
      taken.add(new double[] {x - 5, y - 5, x + 5, y + 5});
    }

    void place(String label, double x, double y) {
      double width = Frame.textWidth(label);
      double[][] tries = {
        {x + 8, y - 3 - LINE / 2}, {x - 8 - width, y - 3 - LINE / 2},
        {x - width / 2, y - 8 - LINE}, {x - width / 2, y + 7},
        {x + 8, y - 8 - LINE}, {x + 8, y + 6},
        {x - 8 - width, y - 8 - LINE}, {x - 8 - width, y + 6}
      };
      for (double[] t : tries) {
        double[] box = {t[0], t[1], t[0] + width, t[1] + LINE};
        if (inside(box) && taken.stream().noneMatch(b -> overlap(b, box))) {
          taken.add(box);
          frame.text(box[0], box[1] + LINE - 2, "start", "name", label);
          return;
        }
      }
      // No room: the legend and the marker tell which it is.
    }

    private boolean inside(double[] box) {
      return box[0] >= frame.left()
          && box[2] <= Frame.WIDTH
          && box[1] >= 0
          && box[3] <= frame.bottom();
    }

    private static boolean overlap(double[] a, double[] b) {
      return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    }
  }
}
