package dev.graft.training.tracking;

/** How a run ended. */
public enum RunEnd {
  FINISHED,
  /** It was asked to stop, and can go on. */
  STOPPED,
  FAILED
}
