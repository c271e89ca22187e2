package dev.graft.masking;

import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.function.Predicate;

/** What masks that choose whole tokens share. */
final class Targets {
  private Targets() {}

  /** Weight 1 on the chosen tokens, except that the first token is never a target. */
  static float[] weigh(TokenizedExample example, Predicate<Token> chosen) {
    float[] weights = new float[example.size()];
    for (int i = 1; i < weights.length; i++) {
      weights[i] = chosen.test(example.tokens().get(i)) ? 1 : 0;
    }
    return weights;
  }
}
