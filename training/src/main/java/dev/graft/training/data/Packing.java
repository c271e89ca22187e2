package dev.graft.training.data;

/** How examples share rows. */
public enum Packing {
  /**
   * Best-fit decreasing: the longest first, each into the fullest row that still has room. Examples
   * in a row do not see each other.
   */
  BEST_FIT,
  /** Every example has a row of its own. */
  NONE
}
