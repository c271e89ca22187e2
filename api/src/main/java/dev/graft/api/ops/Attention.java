package dev.graft.api.ops;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * Scaled dot-product attention, softmax(scale·q·kᵀ + bias)·v, with grouped kv heads (arXiv
 * 1706.03762, eq. 1; 2305.13245). q is [b, h, t, d], k and v are [b, g, s, d] where g divides h:
 * query head i reads kv head i / (h/g). The additive bias [b or 1, 1, t, s] is {@link #MASKED}
 * where attention is not allowed; each row must allow at least one position to mean anything.
 * Outputs: the result [b, h, t, d] and the log-sum-exp of the scores [b, h, t] (f32 for bf16),
 * which {@link AttentionGrad} takes.
 */
public record Attention(double scale) implements Composite {
  /** Added to a score to rule it out; finite, so that a row that allows nothing stays finite. */
  public static final double MASKED = -1e9;

  /** Both outputs: the result and the log-sum-exp. */
  public static List<Tensor> of(Tensor q, Tensor k, Tensor v, Tensor bias, double scale) {
    return q.trace().composite(new Attention(scale), List.of(q, k, v, bias));
  }

  @Override
  public String name() {
    return "attention";
  }

  static void check(TensorType q, TensorType k, TensorType v, TensorType bias) {
    Ops.rank("q [b, h, t, d]", q, 4);
    Ops.rank("k [b, g, s, d]", k, 4);
    Shape s = q.shape();
    int groups = k.shape().dim(1);
    if (groups == 0 || s.dim(1) % groups != 0) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected kv heads that divide " + s.dim(1) + ", received " + k);
    }
    Ops.shape("k", k, Shape.of(s.dim(0), groups, k.shape().dim(2), s.dim(3)));
    Ops.shape("v", v, k.shape());
    Ops.rank("bias [b, 1, t, s]", bias, 4);
    int b = bias.shape().dim(0) == 1 ? 1 : s.dim(0);
    Ops.shape("bias", bias, Shape.of(b, 1, s.dim(2), k.shape().dim(2)));
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 4);
    Ops.sameDType(in, 0, 1, 2, 3);
    check(in.get(0), in.get(1), in.get(2), in.get(3));
    TensorType q = in.get(0);
    return List.of(q, new TensorType(q.dtype().wide(), q.shape().dropLast(1)));
  }

  /** [b, g, h/g·t, d] for queries, so that kv heads need no copies. */
  static Tensor grouped(Tensor q, int groups) {
    return q.reshape(q.dim(0), groups, q.dim(1) / groups * q.dim(2), q.dim(3));
  }

  /** Scores in the wide dtype: [b, h, t, s]. */
  static Tensor scores(Tensor q, Tensor k, Tensor bias, double scale) {
    Tensor s =
        Ops.wide(grouped(q, k.dim(1)).matmul(k, false, true))
            .reshape(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
    return s.times(scale).plus(Ops.wide(bias));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor q = in.get(0);
    Tensor k = in.get(1);
    Tensor s = scores(q, k, in.get(3), scale);
    Tensor max = s.maxKeep(-1);
    Tensor e = s.minus(max).exp();
    Tensor sum = e.sumKeep(-1);
    Tensor p = e.div(sum).cast(q.dtype());
    Tensor out =
        p.reshape(q.dim(0), k.dim(1), q.dim(1) / k.dim(1) * q.dim(2), k.dim(2))
            .matmul(in.get(2))
            .reshape(q.shape());
    return List.of(out, max.plus(sum.log()).reshape(q.shape().dropLast(1)));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 4 * in.get(0).shape().size() * in.get(1).shape().dim(2);
  }
}
