package dev.graft.training.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Examples that begin as templates do. */
public final class TemplatedExamples {
  /** The tokens that the two templates have in common, and then each by itself. */
  static final int COMMON = 9;

  static final int OWN = 6;

  private TemplatedExamples() {}

  /**
   * Draws examples of two templates, of which the second is rarer, and every seventh of none.
   *
   * @param ids the vocabulary: ids are from 1 to one less
   * @param longest tokens of an example, at least 24
   * @param everywhere whether prompts carry loss too
   */
  public static List<MaskedExample> draw(
      long seed, int count, int ids, int longest, boolean everywhere) {
    Random random = new Random(seed);
    int[] common = random.ints(COMMON, 1, ids).toArray();
    int[][] own = {
      random.ints(OWN, 1, ids / 2).toArray(), random.ints(OWN, ids / 2, ids).toArray()
    };
    List<MaskedExample> out = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      int n = COMMON + OWN + 2 + random.nextInt(longest - COMMON - OWN - 2);
      int[] tokens = random.ints(n, 1, ids).toArray();
      if (e % 7 != 6) {
        System.arraycopy(common, 0, tokens, 0, COMMON);
        System.arraycopy(own[e % 3 / 2], 0, tokens, COMMON, OWN);
      }
      float[] weights = new float[n];
      for (int i = 1; i < n; i++) {
        boolean prompt = i < COMMON + OWN;
        weights[i] = !prompt ? 1 : everywhere ? (1 + i % 2) / 2f : 0;
      }
      out.add(new MaskedExample(new Origin("data.json", e + 1, e + 1), tokens, weights));
    }
    return out;
  }
}
