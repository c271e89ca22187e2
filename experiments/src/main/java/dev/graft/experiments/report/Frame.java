package dev.graft.experiments.report;

/**
 * A drawing with axes, as wide as a phone: its text then has the size of the page's on a phone, and
 * several stand side by side on a wide page.
 */
final class Frame {
  static final double WIDTH = 380;
  private static final double TOP = 8;
  private static final double RIGHT = 14;
  private static final double BOTTOM = 38;
  private static final int X_TICKS = 5;
  private static final int Y_TICKS = 5;

  private final Markup svg;
  private final double left;
  private final double height;

  /**
   * Begins a drawing.
   *
   * @param what it shows, for those who hear the page
   * @param left where the plot begins
   */
  Frame(String what, double height, double left) {
    this.left = left;
    this.height = height;
    svg =
        Markup.of("svg", "plot")
            .with("viewBox", "0 0 " + Markup.coordinate(WIDTH) + " " + Markup.coordinate(height))
            .with("role", "img")
            .with("aria-label", what);
  }

  double left() {
    return left;
  }

  double right() {
    return WIDTH - RIGHT;
  }

  double top() {
    return TOP;
  }

  double bottom() {
    return height - BOTTOM;
  }

  Scale x(Scale values) {
    return values.between(left(), right());
  }

  Scale y(Scale values) {
    return values.between(bottom(), top());
  }

  void add(Markup child) {
    svg.add(child);
  }

  /** Ticks with numbers below the plot, lines through it and a title. */
  void xAxis(Scale x, String title) {
    double end = -1e9;
    for (double tick : x.ticks(X_TICKS)) {
      double at = x.at(tick);
      line(at, top(), at, bottom(), "grid");
      String label = x.label(tick, X_TICKS);
      if (at - 3.2 * label.length() > end) {
        text(at, bottom() + 14, "middle", "tick", label);
        end = at + 3.2 * label.length() + 4;
      }
    }
    line(left(), bottom(), right(), bottom(), "axis");
    text((left() + right()) / 2, height - 6, "middle", "title", title);
  }

  /** Ticks with numbers on the left, lines through the plot and a title. */
  void yAxis(Scale y, String title) {
    for (double tick : y.ticks(Y_TICKS)) {
      double at = y.at(tick);
      line(left(), at, right(), at, "grid");
      text(left() - 6, at + 3.5, "end", "tick", y.label(tick, Y_TICKS));
    }
    line(left(), top(), left(), bottom(), "axis");
    double middle = (top() + bottom()) / 2;
    add(
        Markup.of("text", "title")
            .with("text-anchor", "middle")
            .with("transform", "translate(11 " + Markup.coordinate(middle) + ") rotate(-90)")
            .text(title));
  }

  void line(double x1, double y1, double x2, double y2, String cssClass) {
    add(Markup.of("line", cssClass).with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2));
  }

  void text(double x, double y, String anchor, String cssClass, String text) {
    add(
        Markup.of("text", cssClass)
            .with("x", x)
            .with("y", y)
            .with("text-anchor", anchor)
            .text(text));
  }

  Markup svg() {
    return svg;
  }

  /** About how wide a text of the ticks' size is. */
  static double textWidth(String text) {
    return 6.1 * text.codePointCount(0, text.length());
  }
}
