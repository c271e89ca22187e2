package dev.graft.models.generation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Set;

/**
 * How to generate.
 *
 * @param maxTokens the most tokens to add to a prompt, at least 1
 * @param temperature logits are divided by it; 0 always takes the most likely token
 * @param topK only so many of the most likely tokens are drawn from; 0 for all
 * @param topP only the most likely tokens that together have this probability are drawn from, in
 *     (0, 1]
 * @param seed of the drawing, non-negative
 * @param stopIds ids that end a text; they are not part of it
 */
public record GenerationConfig(
    int maxTokens, double temperature, int topK, double topP, long seed, Set<Integer> stopIds) {
  public GenerationConfig {
    stopIds = Set.copyOf(stopIds);
    check(maxTokens >= 1, "max_tokens of at least 1", maxTokens);
    check(
        temperature >= 0 && Double.isFinite(temperature),
        "a temperature of at least 0",
        temperature);
    check(topK >= 0, "top_k of at least 0", topK);
    check(topP > 0 && topP <= 1, "top_p in (0, 1]", topP);
    check(seed >= 0, "a seed of at least 0", seed);
  }

  private static void check(boolean good, String expected, Object received) {
    if (!good) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE, "expected " + expected + " for generating, received " + received);
    }
  }

  /** Always the most likely token. */
  public static GenerationConfig greedy(int maxTokens, Set<Integer> stopIds) {
    return new GenerationConfig(maxTokens, 0, 0, 1, 0, stopIds);
  }
}
