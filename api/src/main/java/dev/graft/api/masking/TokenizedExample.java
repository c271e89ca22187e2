package dev.graft.api.masking;

import java.util.List;

/**
 * One rendered and tokenized example.
 *
 * @param text the rendered text
 * @param tokens its tokens in order
 */
public record TokenizedExample(String text, List<Token> tokens) {
  public TokenizedExample {
    tokens = List.copyOf(tokens);
  }

  /**
   * A token.
   *
   * @param id its id in the vocabulary
   * @param start where it starts in the text, in UTF-16 units
   * @param end where it ends, exclusive
   * @param role the role of its text
   * @param turn the index of the assistant turn that it belongs to or leads to, from 0
   * @param endOfTurn true for the token that ends an assistant turn
   * @param mark what the data says about its text
   */
  public record Token(
      int id, int start, int end, Role role, int turn, boolean endOfTurn, Mark mark) {
    /** A token whose text the data does not mark. */
    public Token(int id, int start, int end, Role role, int turn, boolean endOfTurn) {
      this(id, start, end, role, turn, endOfTurn, Mark.NONE);
    }
  }

  public int size() {
    return tokens.size();
  }
}
