package dev.graft.models;

import dev.graft.api.ops.Attention;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;

/** What is added to attention scores: 0 where a token may attend, {@link Attention#MASKED} else. */
public final class AttentionBias {
  private AttentionBias() {}

  /**
   * For packed rows: token i may attend to token j of its row when j ≤ i and j's segment is i's
   * segment or i's parent segment.
   *
   * @param segments the segment of every token, i64 [b, t], at least 0; padding is a segment of its
   *     own
   * @param parents the segment of the shared prefix that every token continues, i64 [b, t]; −1
   *     where there is none
   * @return [b, 1, t, t] of dtype {@code dtype}
   */
  public static Tensor packed(Tensor segments, Tensor parents, DType dtype) {
    int b = segments.dim(0);
    int t = segments.dim(1);
    Tensor of = segments.reshape(b, 1, 1, t);
    Tensor same = of.equal(segments.reshape(b, 1, t, 1));
    Tensor parent = of.equal(parents.reshape(b, 1, t, 1));
    return additive(same.or(parent).and(notAfter(segments.trace(), t)), dtype);
  }

  /**
   * For rows of one text each, padded on the right: token i may attend to every j ≤ i.
   *
   * @return [1, 1, t, t] of dtype {@code dtype}
   */
  public static Tensor causal(Trace trace, int t, DType dtype) {
    return additive(notAfter(trace, t), dtype);
  }

  /**
   * For decoding with a cache of s slots: the query i of a row sits in slot position + i and may
   * attend to the slots start ≤ j ≤ position + i. The slots before a row's start are its padding on
   * the left.
   *
   * @param starts the first used slot of every row, i64 [b]
   * @param position the slot of the first query, i64 []
   * @return [b, 1, t, s] of dtype {@code dtype}
   */
  public static Tensor decoding(Tensor starts, Tensor position, int t, int s, DType dtype) {
    Trace trace = starts.trace();
    Tensor slot = trace.iota(3, 1, 1, 1, s);
    Tensor query = trace.iota(2, 1, 1, t, 1).plus(position);
    Tensor used = starts.reshape(starts.dim(0), 1, 1, 1).lessEqual(slot);
    return additive(used.and(slot.lessEqual(query)), dtype);
  }

  private static Tensor notAfter(Trace trace, int t) {
    return trace.iota(3, 1, 1, 1, t).lessEqual(trace.iota(2, 1, 1, t, 1));
  }

  private static Tensor additive(Tensor allowed, DType dtype) {
    Trace trace = allowed.trace();
    TensorType scalar = TensorType.of(dtype);
    return allowed.where(trace.fill(0, scalar), trace.fill(Attention.MASKED, scalar));
  }
}
