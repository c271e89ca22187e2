package dev.graft.masking;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.List;

/** Weight 1 on all but special tokens. */
final class SpecialTokensMask implements MaskingStrategy {
  private final SpecialTokensVariant variant;
  private final EndOfTurn eot;

  SpecialTokensMask(SpecialTokensVariant variant, EndOfTurn eot) {
    this.variant = variant;
    this.eot = eot;
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    float[] out = new float[tokens.size()];
    int last = RoleMask.lastTurn(example);
    int firstMarker = variant == SpecialTokensVariant.AUTHORS_CODE ? leading(tokens) : out.length;
    for (int i = 1; i < out.length; i++) {
      Token t = tokens.get(i);
      boolean trained =
          t.endOfTurn()
              ? RoleMask.trains(eot, t, last)
              : t.role() != Role.SPECIAL || i >= firstMarker;
      out[i] = trained ? 1 : 0;
    }
    return out;
  }

  /**
   * How many tokens are the beginning of the text and a marker of system or user; a marker of the
   * assistant is none.
   */
  private static int leading(List<Token> tokens) {
    int n = 0;
    while (n < tokens.size() && isMarker(tokens.get(n))) {
      n++;
    }
    boolean assistant = n < tokens.size() && tokens.get(n).role() == Role.RESPONSE;
    return assistant ? Math.min(1, n) : n;
  }

  private static boolean isMarker(Token t) {
    return t.role() == Role.SPECIAL && !t.endOfTurn();
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return eot == EndOfTurn.NONE;
  }
}
