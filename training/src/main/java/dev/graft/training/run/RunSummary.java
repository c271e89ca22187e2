package dev.graft.training.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended: the content of {@code summary.json}, whose presence says that the run is done.
 *
 * @param folder the run's folder
 * @param steps the optimizer steps of the run
 * @param tokens the tokens trained on, without padding
 * @param trainedTokens those of them that carried loss
 * @param loss the loss of the last step
 * @param firstEvalLoss the held-out loss before the first step
 * @param bestEvalLoss the lowest held-out loss
 * @param lastEvalLoss the held-out loss after the last step
 * @param result the adapter's folder, or that of the trained model
 */
public record RunSummary(
    Path folder,
    int steps,
    long tokens,
    long trainedTokens,
    double loss,
    Optional<Double> firstEvalLoss,
    Optional<Double> bestEvalLoss,
    Optional<Double> lastEvalLoss,
    Path result) {
  Map<String, Object> content() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("steps", steps);
    out.put("tokens", tokens);
    out.put("trained_tokens", trainedTokens);
    out.put("loss", loss);
    firstEvalLoss.ifPresent(v -> out.put("first_eval_loss", v));
    bestEvalLoss.ifPresent(v -> out.put("best_eval_loss", v));
    lastEvalLoss.ifPresent(v -> out.put("last_eval_loss", v));
    out.put("result", String.valueOf(result.getFileName()));
    return out;
  }
}
