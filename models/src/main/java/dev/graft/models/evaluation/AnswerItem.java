package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A prompt and the answers that are right.
 *
 * @param prompt ids, with the start of text where the model wants one
 * @param references at least one
 */
public record AnswerItem(List<Integer> prompt, List<String> references) {
  public AnswerItem {
    prompt = List.copyOf(prompt);
    references = List.copyOf(references);
    if (references.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_MALFORMED, "expected at least one reference to a prompt, received none");
    }
  }

  /** Whether a text equals one of the references when all are normalized. */
  public boolean accepts(String text, UnaryOperator<String> normalizer) {
    String given = normalizer.apply(text);
    return references.stream().map(normalizer).anyMatch(given::equals);
  }
}
