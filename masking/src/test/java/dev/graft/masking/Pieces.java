package dev.graft.masking;

import dev.graft.api.masking.Mark;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.List;

/** An example in pieces of one role each, with a token for every code point. */
final class Pieces {
  private final StringBuilder text = new StringBuilder();
  private final List<Token> tokens = new ArrayList<>();
  private final List<Integer> pieceOfToken = new ArrayList<>();
  private int pieces;
  private int turn;

  Pieces add(Role role, String piece) {
    return add(role, piece, false, Mark.NONE);
  }

  Pieces add(Role role, String piece, Mark mark) {
    return add(role, piece, false, mark);
  }

  /** Ends the assistant's turn. */
  Pieces end(String piece) {
    return end(piece, Mark.NONE);
  }

  Pieces end(String piece, Mark mark) {
    add(Role.SPECIAL, piece, true, mark);
    turn++;
    return this;
  }

  private Pieces add(Role role, String piece, boolean end, Mark mark) {
    int start = text.length();
    text.append(piece);
    for (int at = start; at < text.length(); ) {
      int next = text.offsetByCodePoints(at, 1);
      tokens.add(new Token(text.codePointAt(at), at, next, role, turn, end, mark));
      pieceOfToken.add(pieces);
      at = next;
    }
    pieces++;
    return this;
  }

  TokenizedExample example() {
    return new TokenizedExample(text.toString(), tokens);
  }

  /** The weights of all tokens, given those of the pieces; the first token's is 0. */
  float[] expected(float... weights) {
    if (weights.length != pieces) {
      throw new IllegalArgumentException("expected " + pieces + " weights");
    }
    float[] out = new float[tokens.size()];
    for (int i = 1; i < out.length; i++) {
      out[i] = weights[pieceOfToken.get(i)];
    }
    return out;
  }
}
