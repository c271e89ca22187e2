package dev.graft.experiments.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Where values lie along an axis.
 *
 * @param low the value at {@code from}
 * @param high the value at {@code to}
 * @param from a coordinate
 * @param to a coordinate
 * @param log whether equal ratios are equally long
 */
record Scale(double low, double high, double from, double to, boolean log) {
  private static final double[] STEPS = {1, 2, 5, 10};

  /** Room for all values, between round numbers. */
  static Scale around(DoubleStream values, int ticks) {
    double[] finite = values.filter(Double::isFinite).toArray();
    double min = DoubleStream.of(finite).min().orElse(0);
    double max = DoubleStream.of(finite).max().orElse(1);
    if (max - min < 1e-9 * Math.max(1, Math.abs(max))) {
      double room = Math.max(Math.abs(max) * 0.1, 1e-3);
      min -= room;
      max += room;
    }
    double step = step(max - min, ticks);
    return new Scale(Math.floor(min / step) * step, Math.ceil(max / step) * step, 0, 1, false);
  }

  /** Room for positive values by their ratios. */
  static Scale logarithmic(DoubleStream values) {
    double[] positive = values.filter(v -> Double.isFinite(v) && v > 0).toArray();
    double min = DoubleStream.of(positive).min().orElse(1);
    double max = DoubleStream.of(positive).max().orElse(10);
    double room = Math.max(1.25, Math.pow(max / min, 0.08));
    return new Scale(min / room, max * room, 0, 1, true);
  }

  Scale between(double newFrom, double newTo) {
    return new Scale(low, high, newFrom, newTo, log);
  }

  double at(double value) {
    double part =
        log
            ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
            : (value - low) / (high - low);
    return from + Math.min(1, Math.max(0, part)) * (to - from);
  }

  /** Round values along the axis, at most about so many. */
  List<Double> ticks(int about) {
    List<Double> out = new ArrayList<>();
    if (log) {
      double decades = Math.log10(high / low);
      double[] digits =
          decades > 2 ? new double[] {1} : decades > 0.9 ? new double[] {1, 3} : STEPS;
      for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high; power *= 10) {
        for (double digit : digits) {
          double tick = digit * power;
          if (tick >= low && tick <= high && !out.contains(tick)) {
            out.add(tick);
          }
        }
      }
      return out;
    }
    double step = step(high - low, about);
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      out.add(i * step);
    }
    return out;
  }

  /** What stands at a tick. */
  String label(double tick, int about) {
    if (log || Math.abs(high - low) >= 1e4) {
      return metric(tick);
    }
    double step = step(high - low, about);
    return Numbers.fixed(tick, (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  }

  private static String metric(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return trimmed(value / 1e9) + "G";
    }
    if (size >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    if (size >= 1e3) {
      return trimmed(value / 1e3) + "k";
    }
    return trimmed(value);
  }

  private static String trimmed(double value) {
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded)
        ? String.format(Locale.ROOT, "%.0f", rounded)
        : String.valueOf(rounded);
  }

  private static double step(double range, int about) {
    double raw = range / about;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double s : STEPS) {
      if (raw <= s * power * (1 + 1e-9)) {
        return s * power;
      }
    }
    return 10 * power;
  }
}
