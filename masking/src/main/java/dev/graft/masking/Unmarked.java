package dev.graft.masking;

/** What the mask {@code spans} does with text that the data does not mark. */
public enum Unmarked {
  /** It carries no loss. */
  SKIP,
  /** Its responses carry loss. */
  RESPONSE,
  /** All of it carries loss but special tokens that end no turn. */
  TRAIN
}
