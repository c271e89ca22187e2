package dev.graft.experiments.report;

import java.util.Locale;

/**
 * How the levels of a factor are told apart: by a colour, which the style sheet names for light and
 * dark pages, by a marker and by a dash, so that none depends on seeing colours.
 */
final class Ink {
  /** How many styles there are; further levels begin anew. */
  static final int STYLES = 8;

  private static final String[] DASHES = {
    "", "7 3", "2 2.5", "9 3 2 3", "14 4", "5 2 1 2", "1 3", "11 2 2 2 2 2"
  };

  private Ink() {}

  static String cssClass(int style) {
    return "s" + style % STYLES;
  }

  static Markup dashed(Markup line, int style) {
    String dash = DASHES[style % STYLES];
    return dash.isEmpty() ? line : line.with("stroke-dasharray", dash);
  }

  /** A marker around a point. */
  static Markup marker(int style, double x, double y, double r) {
    return Markup.of("path", "marker")
        .with("d", path(style % STYLES, r))
        .with("transform", "translate(" + Markup.coordinate(x) + " " + Markup.coordinate(y) + ")");
  }

  private static String path(int style, double r) {
    double d = r * 1.25;
    double q = r * 0.9;
    double t = r * 0.42;
    return switch (style) {
      case 0 -> circle(r);
      case 1 -> draw("M%s %sH%sV%sH%sZ", -q, -q, q, q, -q);
      case 2 -> draw("M0 %sL%s %sH%sZ", -d, d, q, -d);
      case 3 -> draw("M0 %sL%s 0L0 %sL%s 0Z", -d, d, d, -d);
      case 4 -> draw("M0 %sL%s %sH%sZ", d, d, -q, -d);
      case 5 ->
          draw(
              "M%s %sH%sV%sH%sV%sH%sV%sH%sV%sH%sV%sH%sZ",
              -t, -d, t, -t, d, t, t, d, -t, t, -d, -t, -t);
      case 6 ->
          draw(
              "M%s %sL0 %sL%s %sL%s 0L%s %sL0 %sL%s %sL%s 0Z",
              -d, -q, -t, d, -q, t, d, q, t, -d, q, -t);
      default -> draw("M%s 0L%s %sH%sL%s 0L%s %sH%sZ", -d, -r / 2, -r, r / 2, d, r / 2, r, -r / 2);
    };
  }

  private static String circle(double r) {
    return draw("M%s 0A%s %s 0 1 0 %s 0A%s %s 0 1 0 %s 0Z", -r, r, r, r, r, r, -r);
  }

  private static String draw(String format, Object... coordinates) {
    Object[] texts = new Object[coordinates.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = Markup.coordinate(((Number) coordinates[i]).doubleValue());
    }
    return String.format(Locale.ROOT, format, texts);
  }
}
