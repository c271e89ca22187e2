package dev.graft.training.data;

/** What becomes of an example that is longer than a row; documents are always cut into several. */
public enum Overlength {
  /** The run ends before it starts, naming the example. */
  FAIL,
  /**
   * The example is cut at the end of the row, and counted; where nothing that carries loss is left
   * of it, it is left out and counted among the untrained.
   */
  TRUNCATE,
  /** The example is left out, and counted. */
  DROP,
  /**
   * The example is cut into rows as a document is, and counted; rows without a token that carries
   * loss are left out.
   */
  SPLIT
}
