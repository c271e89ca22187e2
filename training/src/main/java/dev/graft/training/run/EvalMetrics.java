package dev.graft.training.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The loss on held-out examples: a line of {@code metrics.jsonl}.
 *
 * @param step the optimizer steps done
 * @param loss Σ w·nll / Σ w over all held-out examples
 * @param trainedTokens the held-out tokens that carry loss
 * @param seconds how long it took
 */
public record EvalMetrics(int step, double loss, long trainedTokens, double seconds) {
  Map<String, Object> line() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "eval");
    out.put("step", step);
    out.put("eval_loss", loss);
    out.put("trained_tokens", trainedTokens);
    out.put("seconds", seconds);
    return out;
  }
}
