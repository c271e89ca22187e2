package dev.graft.masking;

import dev.graft.api.masking.Mark;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.BitSet;
import java.util.List;

/** Weights as the data marks. */
final class SpansMask implements MaskingStrategy {
  private final Unmarked unmarked;
  private final EndOfTurn eot;

  SpansMask(Unmarked unmarked, EndOfTurn eot) {
    this.unmarked = unmarked;
    this.eot = eot;
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    float[] out = new float[tokens.size()];
    BitSet trainedTurns = new BitSet();
    for (int i = 0; i < out.length; i++) {
      Token t = tokens.get(i);
      if (!t.endOfTurn() && trained(t)) {
        out[i] = i == 0 ? 0 : 1;
        if (t.role() == Role.RESPONSE) {
          trainedTurns.set(t.turn());
        }
      }
    }
    int last = RoleMask.lastTurn(example);
    for (int i = 1; i < out.length; i++) {
      Token t = tokens.get(i);
      if (t.endOfTurn() && RoleMask.trains(eot, t, last)) {
        boolean trained =
            t.mark() == Mark.NONE ? trainedTurns.get(t.turn()) : t.mark() == Mark.TRAIN;
        out[i] = trained ? 1 : 0;
      }
    }
    return out;
  }

  private boolean trained(Token t) {
    return switch (t.mark()) {
      case TRAIN -> true;
      case SKIP -> false;
      case NONE ->
          switch (unmarked) {
            case SKIP -> false;
            case RESPONSE -> t.role() == Role.RESPONSE;
            case TRAIN -> t.role() != Role.SPECIAL;
          };
    };
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return eot == EndOfTurn.NONE;
  }
}
