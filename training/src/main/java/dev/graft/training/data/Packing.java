package dev.graft.training.data;

/** How examples share rows. */
public enum Packing {
  /**
   * Best-fit decreasing: the longest first, each into the fullest row that still has room. Examples
   * in a row do not see each other.
   */
  BEST_FIT,
  /**
   * As best-fit, and what many examples begin with, such as a template's text, stands once in every
   * row that has examples with it. They see it, and each its own rest; its losses count as often as
   * it is shared. Exact without dropout and other noise, and refused with it.
   */
  SHARED_PREFIX,
  /** Every example has a row of its own. */
  NONE
}
