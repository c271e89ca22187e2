package dev.graft.masking;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A weight for every role. A token that ends an assistant's turn has the response's weight, or none
 * where {@code eot} leaves it out. The first token is never a target.
 */
final class RoleMask implements MaskingStrategy {
  private final Map<Role, Float> weights;
  private final EndOfTurn eot;

  /** Weighs as the map says; a role that it does not hold has weight 0. */
  RoleMask(Map<Role, Float> weights, EndOfTurn eot) {
    this.weights = new EnumMap<>(weights);
    this.eot = eot;
  }

  /** Weight 1 for some roles, 0 for the others. */
  static RoleMask training(EndOfTurn eot, Role... roles) {
    Map<Role, Float> weights = new EnumMap<>(Role.class);
    for (Role r : roles) {
      weights.put(r, 1f);
    }
    return new RoleMask(weights, eot);
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    float[] out = new float[tokens.size()];
    int last = lastTurn(example);
    for (int i = 1; i < out.length; i++) {
      Token t = tokens.get(i);
      if (!t.endOfTurn()) {
        out[i] = weights.getOrDefault(t.role(), 0f);
      } else if (trains(eot, t, last)) {
        out[i] = weights.getOrDefault(Role.RESPONSE, 0f);
      }
    }
    return out;
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return eot == EndOfTurn.NONE;
  }

  /** Whether an end of a turn is to be trained. */
  static boolean trains(EndOfTurn eot, Token end, int lastTurn) {
    return eot == EndOfTurn.ALL || (eot == EndOfTurn.LAST && end.turn() == lastTurn);
  }

  /** The last turn in which the assistant says or ends anything; −1 without one. */
  static int lastTurn(TokenizedExample example) {
    int last = -1;
    for (Token t : example.tokens()) {
      if (t.role() == Role.RESPONSE || t.endOfTurn()) {
        last = Math.max(last, t.turn());
      }
    }
    return last;
  }
}
