package dev.graft.cli;

import java.nio.file.Path;
import java.util.Locale;

/** Numbers for people. */
final class Text {
  private Text() {}

  /** A count with thousands set apart: {@code 1,234,567}. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return seconds < 10 ? String.format(Locale.ROOT, "%.1f s", seconds) : s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s / 60 % 60);
  }

  static double ratio(long part, long whole) {
    return (double) part / (double) whole;
  }

  /** {@code 3.15 %}, {@code 42 %}, {@code 99.6 %}. */
  static String percent(double share) {
    String format = share < 0.1 ? "%.2f %%" : share > 0.99 && share < 1 ? "%.1f %%" : "%.0f %%";
    return String.format(Locale.ROOT, format, 100 * share);
  }

  /** {@code 820 KiB}, {@code 3.4 GiB}. */
  static String bytes(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double value = (double) bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  /** A path as short as it can be said from the working directory. */
  static String path(Path path) {
    Path here = Path.of("").toAbsolutePath();
    Path there = path.toAbsolutePath().normalize();
    return there.startsWith(here) && !there.equals(here)
        ? here.relativize(there).toString()
        : there.toString();
  }

  /** A path as a shell takes it. */
  static String shell(Path path) {
    String text = path(path);
    return text.matches("[\\w./+@%:,=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** How the user called Graft, as the launcher tells it. */
  static String command() {
    return System.getProperty("graft.command", "graft");
  }
}
