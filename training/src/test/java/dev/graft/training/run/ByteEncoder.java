package dev.graft.training.run;

import dev.graft.models.ModelFolder;
import dev.graft.training.data.Encoded;
import dev.graft.training.data.TextEncoder;
import java.util.OptionalInt;
import java.util.function.Function;

/** A token for every character below 256, after three special ones. */
final class ByteEncoder implements TextEncoder, EncoderSource {
  static final int VOCAB = 259;

  @Override
  public Encoded encode(String text) {
    int n = text.length();
    int[] ids = new int[n];
    int[] starts = new int[n];
    int[] ends = new int[n];
    for (int i = 0; i < n; i++) {
      ids[i] = 3 + Math.min(255, text.charAt(i));
      starts[i] = i;
      ends[i] = i + 1;
    }
    return new Encoded(ids, starts, ends);
  }

  @Override
  public int eosId() {
    return 2;
  }

  @Override
  public OptionalInt bosId() {
    return OptionalInt.of(1);
  }

  @Override
  public int vocabSize() {
    return VOCAB;
  }

  @Override
  public <T> T with(ModelFolder folder, Function<TextEncoder, T> use) {
    return use.apply(this);
  }
}
