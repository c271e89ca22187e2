package dev.graft.cli;

import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What of an example's text a token shows, so that all tokens together show every character once.
 *
 * @param token its index; −1 for text that no token covers, or that is not shown
 * @param text made {@link Visible}
 */
record TokenText(int token, String text) {
  /** A further token of a character that the token before has shown. */
  static final String AGAIN = "⋯";

  /**
   * The tokens of an example.
   *
   * @param vocabulary the text of a token by its id, for tokens that are not in the text
   * @param most of a longer example the beginning and the end are shown
   */
  static List<TokenText> of(TokenizedExample example, IntFunction<String> vocabulary, int most) {
    List<Token> tokens = example.tokens();
    int head = tokens.size() <= most ? tokens.size() : (most + 1) / 2;
    int tail = Math.max(head, tokens.size() - most / 2);
    List<TokenText> out = new ArrayList<>();
    int shown = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token t = tokens.get(i);
      if (i >= head && i < tail) {
        shown = Math.max(shown, t.end());
        continue;
      }
      if (i == tail && tail > head) {
        out.add(new TokenText(-1, " … " + Text.count(tail - head) + " tokens not shown … "));
      }
      if (t.start() > shown) {
        out.add(new TokenText(-1, Visible.of(example.text().substring(shown, t.start()))));
      }
      String own = example.text().substring(Math.max(Math.min(shown, t.end()), t.start()), t.end());
      shown = Math.max(shown, t.end());
      out.add(new TokenText(i, own.isEmpty() ? without(t, vocabulary) : Visible.of(own)));
    }
    if (shown < example.text().length()) {
      out.add(new TokenText(-1, Visible.of(example.text().substring(shown))));
    }
    return out;
  }

  private static String without(Token t, IntFunction<String> vocabulary) {
    if (t.end() > t.start()) {
      return AGAIN;
    }
    String text = Visible.of(vocabulary.apply(t.id()));
    return text.isEmpty() ? "#" + t.id() : text;
  }
}
