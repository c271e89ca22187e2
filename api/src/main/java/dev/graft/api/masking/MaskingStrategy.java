package dev.graft.api.masking;

import java.util.Map;

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

  /**
   * What {@link #prepare} found, for the run's manifest: strings, numbers, booleans, and lists and
   * maps of these. By default nothing.
   */
  default Map<String, Object> findings() {
    return Map.of();
  }

  /**
   * Whether the strategy gives no weight to the ends of the assistant's turns because it was asked
   * to. A run in which no end of a turn is trained is refused unless this is true.
   */
  default boolean leavesOutEndOfTurn() {
    return false;
  }
}
