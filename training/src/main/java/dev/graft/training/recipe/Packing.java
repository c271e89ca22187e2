package dev.graft.training.recipe;

/** How examples share rows. */
public enum Packing {
  /** Several examples in a row; they do not see each other. */
  BEST_FIT,
  /** Every example has a row of its own. */
  NONE
}
