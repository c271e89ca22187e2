package dev.graft.training.recipe;

/** What becomes of an example that is longer than a row. */
public enum Overlength {
  /** The run ends before it starts, naming the examples. */
  REFUSE,
  /** The example is cut at the end of the row. */
  TRUNCATE,
  /** The example is left out, and counted. */
  SKIP
}
