package dev.graft.training.step;

import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.training.data.PackedBatch;
import java.util.Arrays;

/**
 * NEFTune (arXiv 2310.05914, algorithm 1): training adds to every embedding noise from [−1,
 * 1)·α/√(L·d), with d the width of the model. The paper's L is the length of the sequence; here it
 * is the number of tokens of the token's own example, not of the row that it shares with others, so
 * that packing does not change the noise's size.
 */
final class Neftune {
  private static final String SITE = "neftune";

  private Neftune() {}

  /**
   * Embeddings with noise.
   *
   * @param embeddings [b, t, d]
   * @param key seed, step and micro-batch, i64 [3]
   * @param scale f32 [b, t, 1], see {@link #scale}
   */
  static Tensor of(Tensor embeddings, Tensor key, Tensor scale) {
    Tensor noise = Uniform.of(key, SITE, embeddings.shape()).times(2).minus(1);
    return embeddings.plus(noise.times(scale).cast(embeddings.dtype()));
  }

  /** α/√(L·d) of every token, f32 [b, t, 1]; that of padding reaches no loss. */
  static HostTensor scale(PackedBatch batch, double alpha, int width) {
    int rows = batch.ids().shape().dim(0);
    int length = batch.ids().shape().dim(1);
    long[] segments = batch.segments().toLongs();
    float[] out = new float[segments.length];
    for (int row = 0; row < rows; row++) {
      int end = (row + 1) * length;
      for (int from = row * length; from < end; ) {
        int to = from + 1;
        while (to < end && segments[to] == segments[from]) {
          to++;
        }
        Arrays.fill(out, from, to, (float) (alpha / Math.sqrt((double) (to - from) * width)));
        from = to;
      }
    }
    return HostTensor.ofFloats(Shape.of(rows, length, 1), out);
  }
}
