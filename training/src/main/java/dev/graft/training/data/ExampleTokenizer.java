package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokenizes renderings. The prompt and the answer are tokenized as one text, so that the model is
 * trained on what the tokenizer makes of the whole; a token may therefore cover the end of one
 * segment and the start of the next. Such a token belongs to the segment that most of its
 * characters (UTF-16 units) are from, and of equals to the last. A token without characters belongs
 * to the segment of the character that follows it.
 */
public final class ExampleTokenizer {
  private final TextEncoder encoder;

  public ExampleTokenizer(TextEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * The tokens of a rendering. The beginning-of-text token comes first when the tokenizer asks for
   * one, the rendering is not complete, and the text does not start with it anyway.
   *
   * @throws GraftException {@code tokenizer} when the encoder gives an id or an offset out of range
   */
  public TokenizedExample tokenize(Rendering rendering) {
    String text = rendering.text();
    Encoded encoded = encoder.encode(text);
    List<Token> tokens = new ArrayList<>(encoded.size() + 2);
    if (encoder.bosId().isPresent() && !rendering.complete()) {
      int bos = encoder.bosId().getAsInt();
      if (encoded.size() == 0 || encoded.id(0) != bos) {
        tokens.add(new Token(checked(bos), 0, 0, Role.SPECIAL, 0, false));
      }
    }
    List<Segment> segments = rendering.segments();
    int[] ends = new int[segments.size()];
    for (int i = 0, end = 0; i < ends.length; i++) {
      end += segments.get(i).text().length();
      ends[i] = end;
    }
    int from = 0;
    for (int t = 0; t < encoded.size(); t++) {
      int start = encoded.start(t);
      int end = encoded.end(t);
      if (start < 0 || end < start || end > text.length()) {
        throw new GraftException(
            ErrorCode.TOKENIZER,
            "expected offsets within a text of "
                + text.length()
                + " characters, received "
                + start
                + " to "
                + end
                + " from the tokenizer; this is a fault of the tokenizer's adapter");
      }
      // Starts do not fall in practice; where one does, the search begins anew.
      from = t > 0 && start < encoded.start(t - 1) ? 0 : from;
      while (from < ends.length - 1 && ends[from] <= start) {
        from++;
      }
      Segment s = segments.get(owner(ends, from, start, end));
      tokens.add(
          new Token(
              checked(encoded.id(t)), start, end, s.role(), s.turn(), s.endOfTurn(), s.mark()));
    }
    if (!segments.isEmpty() && segments.get(segments.size() - 1).isEndOfText()) {
      Segment s = segments.get(segments.size() - 1);
      int at = text.length();
      tokens.add(new Token(checked(encoder.eosId()), at, at, s.role(), s.turn(), true, s.mark()));
    }
    return new TokenizedExample(text, tokens);
  }

  /** The segment with most of the characters of start ≤ i &lt; end, of equals the last. */
  private static int owner(int[] ends, int from, int start, int end) {
    int best = from;
    int most = Math.min(end, ends[from]) - start;
    for (int i = from + 1; i < ends.length && ends[i - 1] < end; i++) {
      int share = Math.min(end, ends[i]) - ends[i - 1];
      if (share >= most && share > 0) {
        best = i;
        most = share;
      }
    }
    return best;
  }

  private int checked(int id) {
    if (id < 0 || id >= encoder.vocabSize()) {
      throw new GraftException(
          ErrorCode.TOKENIZER,
          "expected token ids below the vocabulary's "
              + encoder.vocabSize()
              + ", received "
              + id
              + "; check that the tokenizer belongs to the model");
    }
    return id;
  }
}
