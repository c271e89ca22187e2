package dev.graft.experiments.results;

/** Which values of a measure are better. */
public enum Direction {
  /** Losses. */
  LOWER,
  /** Accuracies. */
  HIGHER
}
