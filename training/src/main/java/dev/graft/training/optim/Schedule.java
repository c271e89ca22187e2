package dev.graft.training.optim;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/**
 * The learning rate over a run, as a multiple of the recipe's. Steps count from 0, so the first of
 * w warm-up steps has rate 0.
 */
public final class Schedule {
  private final ScheduleKind kind;
  private final long warmup;
  private final long total;
  private final double floor;

  /**
   * A schedule.
   *
   * @param warmup the number w of warm-up steps, possibly more than the run has; the rate of step t
   *     &lt; w is t/w
   * @param total the number T of optimizer steps of the run
   * @param floor what the cosine falls to, as a multiple of the learning rate
   */
  public Schedule(ScheduleKind kind, long warmup, long total, double floor) {
    if (kind == ScheduleKind.CONSTANT && warmup > 0) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected no warm-up with lr_scheduler constant, received "
              + warmup
              + " warm-up steps; choose constant-with-warmup, or leave warmup_steps and warmup_ratio"
              + " out");
    }
    if (kind == ScheduleKind.INVERSE_SQRT && warmup < 1) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected at least one warm-up step with lr_scheduler inverse-sqrt, whose rate is"
              + " √(w/t), received none; set warmup_steps or warmup_ratio");
    }
    this.kind = kind;
    this.warmup = warmup;
    this.total = total;
    this.floor = floor;
  }

  /** The shape. */
  public ScheduleKind kind() {
    return kind;
  }

  /** The number w of warm-up steps. */
  public long warmup() {
    return warmup;
  }

  /** The factor for step t = 0, 1, … */
  public double factor(long t) {
    if (kind != ScheduleKind.CONSTANT && t < warmup) {
      return (double) t / warmup;
    }
    return switch (kind) {
      case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
      case LINEAR -> Math.max(0, (double) (total - t) / Math.max(1, total - warmup));
      case COSINE -> cosine(t);
      case INVERSE_SQRT -> Math.sqrt((double) warmup / t);
    };
  }

  private double cosine(long t) {
    double progress = Math.min(1, (double) (t - warmup) / Math.max(1, total - warmup));
    return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
