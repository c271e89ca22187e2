package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * The gradients of {@link Attention} with respect to q, k and v (arXiv 2205.14135, algorithm 4).
 * Operands dout, q, k, v, bias, out, lse; outputs dq [b, h, t, d], dk and dv [b, g, s, d]. No
 * gradient flows to the bias, nor from the log-sum-exp.
 */
public record AttentionGrad(double scale) implements Composite {
  public static List<Tensor> of(
      Tensor dout,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor out,
      Tensor lse,
      double scale) {
    return q.trace().composite(new AttentionGrad(scale), List.of(dout, q, k, v, bias, out, lse));
  }

  @Override
  public String name() {
    return "attention_grad";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 7);
    Ops.sameDType(in, 0, 1, 2, 3, 4, 5);
    Attention.check(in.get(1), in.get(2), in.get(3), in.get(4));
    Shape q = in.get(1).shape();
    Ops.shape("dout", in.get(0), q);
    Ops.shape("out", in.get(5), q);
    Ops.shape("lse", in.get(6), q.dropLast(1));
    Ops.dtype("lse", in.get(6), in.get(1).dtype().wide());
    return List.of(in.get(1), in.get(2), in.get(3));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor dout = in.get(0);
    Tensor q = in.get(1);
    Tensor k = in.get(2);
    Tensor v = in.get(3);
    DType d = q.dtype();
    int g = k.dim(1);
    Shape full = Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
    Shape grouped = Shape.of(q.dim(0), g, q.dim(1) / g * q.dim(2), k.dim(2));
    Tensor lse = in.get(6).reshape(full.with(3, 1));
    Tensor p = Attention.scores(q, k, in.get(4), scale).minus(lse).exp();
    Tensor dO = Attention.grouped(dout, g);
    Tensor dv = p.reshape(grouped).cast(d).matmul(dO, true, false);
    Tensor dp = Ops.wide(dO.matmul(v, false, true)).reshape(full);
    Tensor delta = Ops.wide(dout).times(Ops.wide(in.get(5))).sumKeep(-1);
    Tensor ds = p.times(dp.minus(delta)).times(scale).reshape(grouped).cast(d);
    Tensor dq = ds.matmul(k).reshape(q.shape());
    Tensor dk = ds.matmul(Attention.grouped(q, g), true, false);
    return List.of(dq, dk, dv);
  }

  @Override
  public long flops(List<TensorType> in) {
    return 10 * in.get(1).shape().size() * in.get(2).shape().dim(2);
  }
}
