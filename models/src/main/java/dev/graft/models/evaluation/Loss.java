package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/**
 * The negative log-likelihood of some tokens.
 *
 * @param nll its sum, in nats
 * @param tokens how many, at least 1
 */
public record Loss(double nll, long tokens) {
  public Loss {
    if (tokens < 1) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, "expected the loss of at least one token, received " + tokens);
    }
  }

  /** Per token. */
  public double mean() {
    return nll / tokens;
  }

  /** exp(mean). */
  public double perplexity() {
    return Math.exp(mean());
  }

  /** Of both together: every token counts the same. */
  public Loss plus(Loss other) {
    return new Loss(nll + other.nll, tokens + other.tokens);
  }
}
