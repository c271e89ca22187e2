package dev.graft.training.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is: the content of a checkpoint's {@code state.json}.
 *
 * @param step the optimizer steps done; the position in the data follows from it and the seed
 * @param metricsBytes the size of {@code metrics.jsonl} then
 * @param tokens the tokens seen, without padding
 * @param trainedTokens those of them that carried loss
 * @param loss the loss of the last step
 * @param firstEvalLoss the held-out loss before the first step; null when nothing is held out
 * @param bestEvalLoss the lowest held-out loss so far
 * @param lastEvalLoss the newest held-out loss
 */
record Progress(
    @JsonProperty("step") int step,
    @JsonProperty("metrics_bytes") long metricsBytes,
    @JsonProperty("tokens") long tokens,
    @JsonProperty("trained_tokens") long trainedTokens,
    @JsonProperty("loss") double loss,
    @JsonProperty("first_eval_loss") @Nullable Double firstEvalLoss,
    @JsonProperty("best_eval_loss") @Nullable Double bestEvalLoss,
    @JsonProperty("last_eval_loss") @Nullable Double lastEvalLoss) {
  static Progress start() {
    return new Progress(0, 0, 0, 0, 0, null, null, null);
  }

  Progress afterStep(long moreTokens, long moreTrained, double stepLoss) {
    return new Progress(
        step + 1,
        metricsBytes,
        tokens + moreTokens,
        trainedTokens + moreTrained,
        stepLoss,
        firstEvalLoss,
        bestEvalLoss,
        lastEvalLoss);
  }

  Progress afterEval(double evalLoss) {
    return new Progress(
        step,
        metricsBytes,
        tokens,
        trainedTokens,
        loss,
        firstEvalLoss == null ? Double.valueOf(evalLoss) : firstEvalLoss,
        bestEvalLoss == null ? evalLoss : Math.min(bestEvalLoss, evalLoss),
        evalLoss);
  }

  Progress at(long bytes) {
    return new Progress(
        step, bytes, tokens, trainedTokens, loss, firstEvalLoss, bestEvalLoss, lastEvalLoss);
  }
}
