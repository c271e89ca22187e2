package com.example.graft;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Weight 1 on the last tokens of every response and on the ends of turns, 0 on all else. */
final class ResponseTailMask implements MaskingStrategy {
  private final double share;

  ResponseTailMask(double share) {
    this.share = share;
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    Map<Integer, Integer> lengths = new HashMap<>();
    for (Token t : tokens) {
      if (isResponse(t)) {
        lengths.merge(t.turn(), 1, Integer::sum);
      }
    }
    float[] weights = new float[tokens.size()];
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < weights.length; i++) {
      Token t = tokens.get(i);
      if (isResponse(t)) {
        int place = seen.merge(t.turn(), 1, Integer::sum);
        int length = lengths.getOrDefault(t.turn(), 0);
        boolean tail = place > length - Math.ceil(share * length);
        weights[i] = i > 0 && tail ? 1 : 0; // The first token of all has no predecessor.
      } else if (t.endOfTurn() && i > 0) {
        weights[i] = 1;
      }
    }
    return weights;
  }

  private static boolean isResponse(Token t) {
    return t.role() == Role.RESPONSE && !t.endOfTurn();
  }
}
