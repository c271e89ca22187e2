package dev.graft.api.masking;

/** Decides which tokens carry loss. */
public interface MaskingStrategy {
  /**
   * Looks at all training examples before the first call of {@link #mask}; by default there is
   * nothing to learn.
   */
  default void prepare(Iterable<TokenizedExample> corpus) {}

  /**
   * One weight in [0, 1] for every token as a target, that is, as the token being predicted. The
   * first token has no predecessor and its weight must be 0.
   *
   * @param seed the run's seed, for strategies that draw
   * @return a fresh array as long as the example
   */
  float[] mask(TokenizedExample example, long seed);
}
