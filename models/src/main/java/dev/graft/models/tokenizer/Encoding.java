package dev.graft.models.tokenizer;

import java.util.Arrays;

/**
 * The tokens of a text: their ids, and where each stands in the text, in UTF-16 units as Java's
 * strings count. Several tokens of one character carry the same span.
 */
public final class Encoding {
  private final int[] ids;
  private final int[] starts;
  private final int[] ends;

  Encoding(int[] ids, int[] starts, int[] ends) {
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
  }

  /** The number of tokens. */
  public int size() {
    return ids.length;
  }

  /** A copy of all ids. */
  public int[] ids() {
    return ids.clone();
  }

  public int id(int i) {
    return ids[i];
  }

  /** Where token i begins in the text. */
  public int start(int i) {
    return starts[i];
  }

  /** Where token i ends in the text, exclusive. */
  public int end(int i) {
    return ends[i];
  }

  @Override
  public String toString() {
    return "Encoding" + Arrays.toString(ids);
  }
}
