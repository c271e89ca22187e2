package dev.graft.api.adapter;

/** What the weight of a {@link Site} does. */
public enum SiteKind {
  /** y = x·Wᵀ + b. */
  LINEAR,
  /** Rows of the weight by token id; {@code in} is the vocabulary, the weight is [in, out]. */
  EMBEDDING,
  /** The projection to logits; it may share its weight with the embedding. */
  HEAD
}
