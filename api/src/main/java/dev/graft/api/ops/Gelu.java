package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** x · Φ(x) (arXiv 1606.08415), exact or in its tanh approximation; computed in f32 for bf16. */
public record Gelu(Gelu.Form form) implements Composite {
  /** How Φ, the normal distribution function, is computed. */
  public enum Form {
    /** ½(1 + erf(x/√2)). */
    EXACT,
    /** ½(1 + tanh(√(2/π)(x + 0.044715x³))). */
    TANH
  }

  public static Tensor of(Tensor x, Form form) {
    return x.trace().composite(new Gelu(form), List.of(x)).get(0);
  }

  @Override
  public String name() {
    return form == Form.EXACT ? "gelu" : "gelu_tanh";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 1);
    Ops.sameDType(in, 0);
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(0));
    Tensor inner =
        form == Form.EXACT
            ? x.times(Math.sqrt(0.5)).erf()
            : x.times(x.square().times(0.044715).plus(1)).times(Math.sqrt(2 / Math.PI)).tanh();
    return List.of(x.times(0.5).times(inner.plus(1)).cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 8 * in.get(0).shape().size();
  }
}
