package dev.graft.models;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/** Checks of token ids before they reach a model. */
public final class TokenIds {
  private TokenIds() {}

  /**
   * Refuses ids that a model cannot take.
   *
   * @param what which ids, for the message, for example {@code row 3}
   * @throws GraftException {@code data.empty} when there is none, {@code data.malformed} when one
   *     is outside of the vocabulary, {@code data.too-long} when there are more than the model was
   *     made for
   */
  public static void check(ModelConfig config, int[] ids, String what) {
    if (ids.length == 0) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, what + ": expected at least one token, received none");
    }
    if (ids.length > config.maxPositions()) {
      throw new GraftException(
          ErrorCode.DATA_TOO_LONG,
          what
              + ": expected at most "
              + config.maxPositions()
              + " tokens, the longest text that the model was made for, received "
              + ids.length
              + ". Split the text.");
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
        throw new GraftException(
            ErrorCode.DATA_MALFORMED,
            what
                + ": expected token ids from 0 to "
                + (config.vocabSize() - 1)
                + ", received "
                + ids[i]
                + " at position "
                + i
                + ". The ids probably belong to another tokenizer.");
      }
    }
  }
}
