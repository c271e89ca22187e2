package dev.graft.training.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a step measured: a line of {@code metrics.jsonl}.
 *
 * @param step the optimizer step, from 1
 * @param totalSteps the steps of the whole run
 * @param epoch the passes over the data after this step
 * @param loss Σ w·nll / Σ w over the step
 * @param learningRate the rate that its update used
 * @param gradNorm the gradient's norm before clipping
 * @param tokens the tokens it saw, without padding
 * @param trainedTokens those of them that carried loss
 * @param seconds how long it took
 */
public record StepMetrics(
    int step,
    int totalSteps,
    double epoch,
    double loss,
    double learningRate,
    double gradNorm,
    long tokens,
    long trainedTokens,
    double seconds) {
  public double tokensPerSecond() {
    return tokens / seconds;
  }

  Map<String, Object> line() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "step");
    out.put("step", step);
    out.put("epoch", epoch);
    out.put("loss", loss);
    out.put("lr", learningRate);
    out.put("grad_norm", gradNorm);
    out.put("tokens", tokens);
    out.put("trained_tokens", trainedTokens);
    out.put("seconds", seconds);
    out.put("tokens_per_second", tokensPerSecond());
    return out;
  }
}
