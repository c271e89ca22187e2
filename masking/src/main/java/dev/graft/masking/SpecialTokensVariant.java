package dev.graft.masking;

/** Which special tokens the mask {@code special-tokens} leaves out. */
public enum SpecialTokensVariant {
  /** All, as the paper says. */
  PAPER,
  /** Those with which a text begins, which is what the authors' code comes to. */
  AUTHORS_CODE
}
