package dev.graft.api.masking;

/** What the data itself says about a stretch of text: as a span, or as a turn as a whole. */
public enum Mark {
  /** Nothing. */
  NONE,
  /** It is to carry loss. */
  TRAIN,
  /** It is not to carry loss. */
  SKIP
}
