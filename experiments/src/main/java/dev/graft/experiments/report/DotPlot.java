package dev.graft.experiments.report;

import dev.graft.experiments.results.Unit;
import java.util.List;
import java.util.stream.DoubleStream;

/** A value of every level: each seed, the mean and its 95 % interval. */
final class DotPlot {
  private static final double ROW = 26;

  /** A level with its values as they are shown. */
  record Row(String label, int style, Summary summary) {}

  private DotPlot() {}

  static Scale values(List<Row> rows) {
    return Scale.around(rows.stream().flatMapToDouble(DotPlot::extent), 5);
  }

  private static DoubleStream extent(Row row) {
    Summary s = row.summary();
    return s.isEmpty()
        ? DoubleStream.empty()
        : DoubleStream.of(s.low(), s.high(), s.min(), s.max());
  }

  /** Percent end at 0 and 100, wherever an interval ends. */
  static Scale values(List<Row> rows, Unit unit) {
    if (unit != Unit.SHARE) {
      return values(rows);
    }
    return Scale.around(
        rows.stream().flatMapToDouble(DotPlot::extent).map(v -> Math.min(100, Math.max(0, v))), 5);
  }

  static Markup svg(String what, List<Row> rows, Scale values, String xTitle) {
    double widest = rows.stream().mapToDouble(r -> Frame.textWidth(r.label())).max().orElse(40);
    Frame frame = new Frame(what, 8 + ROW * rows.size() + 38, Math.min(160, 12 + widest));
    Scale x = frame.x(values);
    frame.xAxis(x, xTitle);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double y = frame.top() + ROW * (i + 0.5);
      frame.text(frame.left() - 8, y + 4, "end", "tick", row.label());
      frame.line(frame.left(), y, frame.right(), y, "grid");
      if (row.summary().isEmpty()) {
        frame.text(frame.left() + 6, y + 4, "start", "tick", "no finished run");
        continue;
      }
      frame.add(row(row, x, y));
    }
    return frame.svg();
  }

  private static Markup row(Row row, Scale x, double y) {
    Summary s = row.summary();
    Markup group = Markup.of("g", Ink.cssClass(row.style()));
    group.add(Markup.of("title").text(row.label() + ": " + said(s)));
    for (double value : s.values()) {
      group.add(Markup.of("circle", "seed").with("cx", x.at(value)).with("cy", y + 7).with("r", 2));
    }
    group.add(
        Markup.of("line", "bar")
            .with("x1", x.at(s.low()))
            .with("y1", y)
            .with("x2", x.at(s.high()))
            .with("y2", y));
    return group.add(Ink.marker(row.style(), x.at(s.mean()), y, 4.5));
  }

  static String said(Summary s) {
    String mean = Numbers.fixed(s.mean(), 3);
    return s.halfWidth().isPresent()
        ? mean
            + ", 95 % from "
            + Numbers.fixed(s.low(), 3)
            + " to "
            + Numbers.fixed(s.high(), 3)
            + ", "
            + Numbers.of(s.values().size(), "seed")
        : mean + ", 1 seed";
  }
}
