package dev.graft.training.optim;

/** The shapes of a {@link Schedule}, with t the step, w the warm-up steps and T all steps. */
public enum ScheduleKind {
  /** (T−t)/(T−w). */
  LINEAR,
  /** f + (1−f)·½(1 + cos π(t−w)/(T−w)), with f the floor. */
  COSINE,
  /** 1, without a warm-up. */
  CONSTANT,
  /** 1 after the warm-up. */
  CONSTANT_WITH_WARMUP,
  /** √(w/t). */
  INVERSE_SQRT
}
