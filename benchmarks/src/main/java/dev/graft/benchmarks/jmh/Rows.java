package dev.graft.benchmarks.jmh;

import dev.graft.training.data.AlpacaExample;
import dev.graft.training.data.Encoded;
import dev.graft.training.data.Example;
import dev.graft.training.data.Origin;
import dev.graft.training.data.TextEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** Drawn rows of Alpaca's form, as long as those are, and a tokenizer without native code. */
final class Rows {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz     ";

  private Rows() {}

  static List<Example> drawn(int count) {
    Random random = new Random(1);
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(
          new AlpacaExample(
              new Origin("drawn", i + 1, i + 1),
              text(random, 40),
              i % 3 == 0 ? text(random, 60) : "",
              text(random, 250)));
    }
    return out;
  }

  private static String text(Random random, int mean) {
    int length = 1 + (int) Math.min(4.0 * mean, -mean * Math.log(1 - random.nextDouble()));
    StringBuilder out = new StringBuilder();
    random.ints(length, 0, LETTERS.length()).forEach(c -> out.append(LETTERS.charAt(c)));
    return out.toString();
  }

  /** Four characters are a token. */
  static final class Quads implements TextEncoder {
    @Override
    public Encoded encode(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      int n = (bytes.length + 3) / 4;
      int[] ids = new int[n];
      int[] starts = new int[n];
      int[] ends = new int[n];
      for (int i = 0; i < n; i++) {
        starts[i] = 4 * i;
        ends[i] = Math.min(bytes.length, 4 * i + 4);
        for (int c = starts[i]; c < ends[i]; c++) {
          ids[i] = (31 * ids[i] + bytes[c]) & 0x7fff;
        }
      }
      return new Encoded(ids, starts, ends);
    }

    @Override
    public int eosId() {
      return 0x8000;
    }

    @Override
    public OptionalInt bosId() {
      return OptionalInt.empty();
    }

    @Override
    public int vocabSize() {
      return 0x8001;
    }
  }
}
