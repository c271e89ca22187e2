package dev.graft.models.generation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import java.util.Arrays;

/**
 * Draws the next token from logits on the host: temperature, then top-k, then top-p (arXiv
 * 1904.09751), in the order of Hugging Face's generation. The noise is a function of seed, step and
 * row, so that a run can be repeated.
 */
final class Sampler {
  private static final long SITE = Noise.site("generation");

  private final GenerationConfig config;

  Sampler(GenerationConfig config) {
    this.config = config;
  }

  /**
   * The next id.
   *
   * @param logits of one row
   * @param step how many tokens the row has generated
   */
  int next(float[] logits, int step, int row) {
    if (config.temperature() == 0) {
      return best(logits);
    }
    return draw(logits, Noise.uniform(config.seed(), step, row, SITE, 0));
  }

  /** The first of the largest. */
  private static int best(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw notFinite();
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private static GraftException notFinite() {
    return new GraftException(
        ErrorCode.LOSS_NOT_FINITE,
        "expected finite logits, received NaN: the weights or the adapter hold values that are"
            + " not numbers, or the compute dtype is too narrow for them");
  }

  /** The id at quantile u of the kept tokens, the most likely first. */
  int draw(float[] logits, double u) {
    long[] order = mostLikelyFirst(logits);
    int kept = config.topK() == 0 ? order.length : Math.min(config.topK(), order.length);
    double max = logits[index(order[0])];
    double[] weights = new double[kept];
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      weights[i] = Math.exp((logits[index(order[i])] - max) / config.temperature());
      sum += weights[i];
    }
    double total = 0;
    int last = 0;
    while (last < kept) {
      total += weights[last++];
      if (total >= config.topP() * sum) {
        break;
      }
    }
    double target = u * total;
    double at = 0;
    for (int i = 0; i < last; i++) {
      at += weights[i];
      if (target < at) {
        return index(order[i]);
      }
    }
    return index(order[last - 1]);
  }

  /** Logit and index in one number each, so that they sort together and ties go by index. */
  private static long[] mostLikelyFirst(float[] logits) {
    long[] keys = new long[logits.length];
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw notFinite();
      }
      int bits = Float.floatToIntBits(logits[i]);
      int ascending = bits ^ ((bits >> 31) & 0x7fffffff);
      keys[i] = ((long) ~ascending << 32) | i;
    }
    Arrays.sort(keys);
    return keys;
  }

  private static int index(long key) {
    return (int) key;
  }
}
