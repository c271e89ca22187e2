package dev.graft.masking;

/** How the mask {@code boilerplate} knows constant text. */
public enum Detect {
  /** From the template. */
  TEMPLATE,
  /** From the training data too: what many prompts share. */
  CORPUS
}
