package dev.graft.masking;

/** Which tokens that end an assistant's turn carry loss. */
public enum EndOfTurn {
  /** Those of all turns whose response the mask trains. */
  ALL,
  /** That of the last turn only. */
  LAST,
  /** None: the model does not learn to stop. */
  NONE
}
