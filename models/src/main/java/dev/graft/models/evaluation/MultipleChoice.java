package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Which choice a model takes, by the log-likelihood of each given the context. The three ways are
 * those of lm-evaluation-harness; of equal ones the first is taken.
 *
 * @param logLikelihoods the sum over a choice's tokens, in nats, for every choice
 * @param best the largest, {@code acc}
 * @param bestPerCharacter the largest when divided by the choice's length in Unicode code points,
 *     {@code acc_norm}
 * @param bestPerByte the largest when divided by the choice's length in UTF-8, {@code acc_bytes};
 *     the same as {@code acc_norm} for ASCII
 * @param gold the right one
 */
public record MultipleChoice(
    List<Double> logLikelihoods, int best, int bestPerCharacter, int bestPerByte, int gold) {
  public MultipleChoice {
    logLikelihoods = List.copyOf(logLikelihoods);
  }

  /**
   * Decides.
   *
   * @param choices their texts without what stands between context and choice, none empty
   * @param logLikelihoods as many
   */
  public static MultipleChoice of(List<String> choices, List<Double> logLikelihoods, int gold) {
    if (choices.size() != logLikelihoods.size()) {
      throw new IllegalArgumentException(
          "expected as many log-likelihoods as choices, received "
              + logLikelihoods.size()
              + " for "
              + choices.size());
    }
    return new MultipleChoice(
        logLikelihoods,
        best(choices, logLikelihoods, c -> 1),
        best(choices, logLikelihoods, c -> c.codePointCount(0, c.length())),
        best(choices, logLikelihoods, c -> c.getBytes(StandardCharsets.UTF_8).length),
        gold);
  }

  private static int best(
      List<String> choices, List<Double> logLikelihoods, ToIntFunction<String> length) {
    int best = -1;
    double largest = 0;
    for (int i = 0; i < choices.size(); i++) {
      double value = logLikelihoods.get(i) / length.applyAsInt(choices.get(i));
      if (Double.isNaN(value)) {
        throw new GraftException(
            ErrorCode.LOSS_NOT_FINITE,
            "expected a log-likelihood and a length for choice '"
                + choices.get(i)
                + "', received NaN or an empty text");
      }
      if (best < 0 || value > largest) {
        best = i;
        largest = value;
      }
    }
    return best;
  }

  public boolean acc() {
    return best == gold;
  }

  public boolean accNorm() {
    return bestPerCharacter == gold;
  }

  public boolean accBytes() {
    return bestPerByte == gold;
  }
}
