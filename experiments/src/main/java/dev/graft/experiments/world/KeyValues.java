package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;

/**
 * Pairs of random UUIDs (RFC 9562, version 4) to be memorised. They are written in capitals, so
 * that the world's tokenizer gives every hexadecimal digit a token of its own.
 */
public final class KeyValues {
  private static final String DIGITS = "0123456789ABCDEF";

  /** A key and its value. */
  public record Pair(String key, String value) {}

  private KeyValues() {}

  /** So many pairs of a seed; fewer are the first of more. */
  public static List<Pair> of(long seed, int count) {
    Draw draw = new Draw(seed, "key-values");
    List<Pair> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(new Pair(uuid(draw), uuid(draw)));
    }
    return out;
  }

  private static String uuid(Draw draw) {
    StringBuilder out = new StringBuilder();
    for (char c : "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".toCharArray()) {
      switch (c) {
        case 'x' -> out.append(DIGITS.charAt(draw.below(16)));
        case 'y' -> out.append(DIGITS.charAt(8 + draw.below(4)));
        default -> out.append(c);
      }
    }
    return out.toString();
  }
}
