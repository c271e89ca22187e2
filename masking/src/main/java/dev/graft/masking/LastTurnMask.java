package dev.graft.masking;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.List;

/** Weight 1 on the response of the last turn. */
final class LastTurnMask implements MaskingStrategy {
  private final EndOfTurn eot;

  LastTurnMask(EndOfTurn eot) {
    this.eot = eot;
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    float[] out = new float[tokens.size()];
    int last = RoleMask.lastTurn(example);
    for (int i = 1; i < out.length; i++) {
      Token t = tokens.get(i);
      boolean trained = t.endOfTurn() ? eot != EndOfTurn.NONE : t.role() == Role.RESPONSE;
      out[i] = trained && t.turn() == last ? 1 : 0;
    }
    return out;
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return eot == EndOfTurn.NONE;
  }
}
