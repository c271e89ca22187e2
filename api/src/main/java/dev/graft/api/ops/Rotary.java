package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * Rotary position embedding in the half-split layout: x ⊙ cos + [−x_hi, x_lo] ⊙ sin (arXiv
 * 2104.09864, eq. 34, with the pairing of Hugging Face's Llama). x is [b, h, t, d] with even d; cos
 * and sin are [b or 1, 1, t, d] with both halves alike, so that the adjoint is the same operation
 * with −sin.
 */
public record Rotary() implements Composite {
  public static Tensor of(Tensor x, Tensor cos, Tensor sin) {
    return x.trace().composite(new Rotary(), List.of(x, cos, sin)).get(0);
  }

  @Override
  public String name() {
    return "rotary";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 0, 1, 2);
    Ops.rank("x [b, h, t, d]", in.get(0), 4);
    Ops.rank("cos [b, 1, t, d]", in.get(1), 4);
    Shape x = in.get(0).shape();
    int b = in.get(1).shape().dim(0) == 1 ? 1 : x.dim(0);
    Shape table = Shape.of(b, 1, x.dim(2), x.dim(3) / 2 * 2);
    Ops.shape("cos", in.get(1), table);
    Ops.shape("sin", in.get(2), table);
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = in.get(0);
    int d = x.dim(-1);
    Tensor rotated = x.trace().concat(3, List.of(x.slice(3, d / 2, d).neg(), x.slice(3, 0, d / 2)));
    return List.of(x.times(in.get(1)).plus(rotated.times(in.get(2))));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 3 * in.get(0).shape().size();
  }
}
