package dev.graft.models.generation;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The rows of a batch: row i continues text i. Texts are padded on the left to one length, so that
 * all rows write the same slots of the cache. Rows beyond the texts, and those of texts that have
 * ended, compute what nothing reads.
 */
final class DecodingRows {
  private final List<Continuation> texts;
  private final int rows;
  private final int padded;

  /**
   * The rows.
   *
   * @param rows at least as many as texts
   * @param padded at least the length of the longest prompt
   */
  DecodingRows(List<Continuation> texts, int rows, int padded) {
    this.texts = List.copyOf(texts);
    this.rows = rows;
    this.padded = padded;
  }

  int rows() {
    return rows;
  }

  /** How many texts have not ended. */
  int open() {
    return (int) texts.stream().filter(t -> !t.ended()).count();
  }

  private Continuation text(int row) {
    return texts.get(Math.min(row, texts.size() - 1));
  }

  /** Ids [rows, tokens] of the slots from the given one. */
  long[] ids(int slot, int tokens) {
    long[] out = new long[rows * tokens];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < tokens; i++) {
        out[row * tokens + i] = text(row).id(slot + i - start(row));
      }
    }
    return out;
  }

  private int start(int row) {
    return padded - text(row).promptLength();
  }

  /** The slot where every row's text begins. */
  long[] starts() {
    long[] out = new long[rows];
    Arrays.setAll(out, this::start);
    return out;
  }

  /** Gives every text that has not ended the part of [rows, v] that is its own. */
  void each(float[] logits, BiConsumer<Continuation, float[]> reader) {
    int vocab = logits.length / rows;
    for (int row = 0; row < texts.size(); row++) {
      if (!text(row).ended()) {
        reader.accept(text(row), Arrays.copyOfRange(logits, row * vocab, (row + 1) * vocab));
      }
    }
  }

  /** Rows for the texts that have not ended alone. */
  DecodingRows shrunk(int to) {
    return new DecodingRows(texts.stream().filter(t -> !t.ended()).toList(), to, padded);
  }

  /** Which of these rows those of {@link #shrunk} are. */
  long[] kept(int to) {
    List<Continuation> left = shrunk(to).texts;
    long[] out = new long[to];
    Arrays.setAll(out, row -> texts.indexOf(left.get(Math.min(row, left.size() - 1))));
    return out;
  }
}
