package dev.graft.models.tokenizer;

import java.util.Arrays;

/**
 * Gives the text of a growing sequence of ids piece by piece. A piece waits while it could still
 * change: a character may be spread over several tokens, and some tokenizers write a space only
 * between tokens.
 */
public final class StreamingDecoder {
  private static final char REPLACEMENT = '\ufffd';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;
  private int[] ids = new int[16];
  private int size;
  // Ids from prefix to given are decoded again with every piece, as context for what follows.
  private int prefix;
  private int given;

  StreamingDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /** Takes the next id and gives the text that is certain now; often empty. */
  public String next(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
    String before = decode(prefix, given);
    String all = decode(prefix, size);
    if (all.length() <= before.length() || all.charAt(all.length() - 1) == REPLACEMENT) {
      return "";
    }
    prefix = given;
    given = size;
    return all.substring(before.length());
  }

  /** The text that was still waiting at the end. */
  public String finish() {
    String before = decode(prefix, given);
    String all = decode(prefix, size);
    prefix = size;
    given = size;
    return all.length() <= before.length() ? "" : all.substring(before.length());
  }

  private String decode(int from, int to) {
    return tokenizer.decode(Arrays.copyOfRange(ids, from, to), skipSpecialTokens);
  }
}
