package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.TokenizedExample;

/** What every mask has to keep to. */
final class MaskContract {
  private MaskContract() {}

  /**
   * Checks a mask's weights.
   *
   * @throws GraftException {@code mask.invalid} when they are not one for every token, not in [0,
   *     1], or not 0 for the first token
   */
  static void check(float[] weights, TokenizedExample example) {
    String problem = null;
    if (weights.length != example.size()) {
      problem = example.size() + " weights, one for every token, received " + weights.length;
    }
    for (int i = 0; i < weights.length && problem == null; i++) {
      if (!(weights[i] >= 0 && weights[i] <= 1)) {
        problem = "weights in [0, 1], received " + weights[i] + " for token " + i;
      } else if (i == 0 && weights[0] != 0) {
        problem = "weight 0 for the first token, which nothing predicts, received " + weights[0];
      }
    }
    if (problem != null) {
      throw new GraftException(
          ErrorCode.MASK_INVALID,
          "expected the mask to give " + problem + "; this is a fault of the mask");
    }
  }
}
