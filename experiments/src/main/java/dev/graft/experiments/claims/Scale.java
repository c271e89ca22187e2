package dev.graft.experiments.claims;

import dev.graft.experiments.results.Unit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How sentences write a number. */
public enum Scale {
  /** Losses and their differences. */
  NATS(1, 3, " nats"),
  /** Differences of shares. */
  POINTS(100, 1, " percentage points"),
  /** Shares. */
  PERCENT(100, 1, " %"),
  /** Optimizer steps. */
  STEPS(1, 0, " steps");

  private final int factor;
  private final int decimals;
  private final String unit;

  Scale(int factor, int decimals, String unit) {
    this.factor = factor;
    this.decimals = decimals;
    this.unit = unit;
  }

  /** That of a difference in a unit. */
  static Scale of(Unit unit) {
    return switch (unit) {
      case NATS -> NATS;
      case SHARE -> POINTS;
    };
  }

  /** What a value is written as, such as 3.1 for a share of 0.031. */
  public double shown(double value) {
    return factor * value;
  }

  /** What the number counts, such as "nats". */
  public String unit() {
    return unit.strip();
  }

  /** Such as "0.031". */
  public String number(double value) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value * factor);
    return text.matches("-0\\.?0*") ? text.substring(1) : text;
  }

  /** Such as "0.031 nats". */
  public String amount(double value) {
    return number(value) + unit;
  }

  /** Such as "0.01 nats": a threshold, with no more digits than it has. */
  public String threshold(double value) {
    BigDecimal scaled = new BigDecimal(value * factor, new MathContext(6)).stripTrailingZeros();
    return scaled.toPlainString() + unit;
  }
}
