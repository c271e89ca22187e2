package dev.graft.training.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tokenizer without a vocabulary file: a token is a fixed number of code points, and its id is a
 * hash of them.
 */
final class FakeEncoder implements TextEncoder {
  static final int VOCAB = 50_000;
  static final int EOS = 2;
  static final int BOS = 1;

  private final int codePoints;
  private final OptionalInt bos;

  FakeEncoder(int codePoints, OptionalInt bos) {
    this.codePoints = codePoints;
    this.bos = bos;
  }

  /** One code point a token, no beginning-of-text token. */
  static FakeEncoder characters() {
    return new FakeEncoder(1, OptionalInt.empty());
  }

  static int id(String token) {
    return token.equals("^") ? BOS : 3 + Math.floorMod(token.hashCode(), VOCAB - 3);
  }

  @Override
  public Encoded encode(String text) {
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      starts.add(at);
      for (int i = 0; i < codePoints && at < text.length(); i++) {
        at = text.offsetByCodePoints(at, 1);
      }
    }
    int n = starts.size();
    int[] ids = new int[n];
    int[] from = new int[n];
    int[] to = new int[n];
    for (int i = 0; i < n; i++) {
      from[i] = starts.get(i);
      to[i] = i + 1 < n ? starts.get(i + 1) : text.length();
      ids[i] = id(text.substring(from[i], to[i]));
    }
    return new Encoded(ids, from, to);
  }

  @Override
  public int eosId() {
    return EOS;
  }

  @Override
  public OptionalInt bosId() {
    return bos;
  }

  @Override
  public int vocabSize() {
    return VOCAB;
  }
}
