package dev.graft.experiments.report;

import dev.graft.experiments.results.Unit;
import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
  private Numbers() {}

  /** What a value of a unit is shown as: shares as percent. */
  static double shown(Unit unit, double value) {
    return unit == Unit.SHARE ? 100 * value : value;
  }

  /** A shown value without its unit. */
  static String plain(Unit unit, double value) {
    return fixed(shown(unit, value), decimals(unit));
  }

  /** A mean over seeds with half of the width of its 95 % interval where there is one. */
  static String mean(Unit unit, Summary summary) {
    String mean = plain(unit, summary.mean());
    return summary.halfWidth().isPresent()
        ? mean + " ± " + plain(unit, summary.halfWidth().getAsDouble())
        : mean;
  }

  private static int decimals(Unit unit) {
    return unit == Unit.SHARE ? 1 : 3;
  }

  /** With a true minus sign, and no minus before a zero. */
  static String fixed(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return "not a number";
    }
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
    return zero ? text.replace("-", "") : text.replace('-', '−');
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String bytes(long bytes) {
    double mib = bytes / (1024.0 * 1024.0);
    return mib < 1024 ? fixed(mib, 0) + " MiB" : fixed(mib / 1024, 2) + " GiB";
  }

  static String seconds(double seconds) {
    if (seconds < 100) {
      return fixed(seconds, 1) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? whole / 60 + " min " + whole % 60 + " s"
        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }

  /** {@code 1 run}, {@code 2 runs}. */
  static String of(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }
}
