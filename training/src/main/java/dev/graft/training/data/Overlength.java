package dev.graft.training.data;

/** What becomes of an example that is longer than a row. */
public enum Overlength {
  /** The run ends before it starts, naming the example. */
  REFUSE,
  /** The example is cut at the end of the row, and counted. */
  TRUNCATE,
  /** The example is left out, and counted. */
  SKIP
}
