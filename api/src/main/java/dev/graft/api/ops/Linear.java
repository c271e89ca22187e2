package dev.graft.api.ops;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x·Wᵀ + b with x [.., in], W [out, in] and, when {@code bias}, b [out]; y is [.., out]. */
public record Linear(boolean bias) implements Composite {
  /** Traces the operation; the bias may be absent. */
  public static Tensor of(Tensor x, Tensor weight, @Nullable Tensor bias) {
    List<Tensor> in = bias == null ? List.of(x, weight) : List.of(x, weight, bias);
    return x.trace().composite(new Linear(bias != null), in).get(0);
  }

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, bias ? 3 : 2);
    Ops.sameDType(in, bias ? new int[] {0, 1, 2} : new int[] {0, 1});
    Ops.rank("a weight [out, in]", in.get(1), 2);
    Shape x = in.get(0).shape();
    Shape w = in.get(1).shape();
    if (x.rank() < 1 || x.dim(-1) != w.dim(1)) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected [.., " + w.dim(1) + "] for a weight " + w + ", received " + x);
    }
    if (bias) {
      Ops.shape("a bias", in.get(2), Shape.of(w.dim(0)));
    }
    return List.of(new TensorType(in.get(0).dtype(), x.with(-1, w.dim(0))));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = in.get(0);
    Tensor w = in.get(1);
    Tensor y = Ops.rows(x).matmul(w, false, true).reshape(x.shape().with(-1, w.dim(0)));
    return List.of(bias ? y.plus(in.get(2)) : y);
  }

  @Override
  public long flops(List<TensorType> in) {
    return 2 * in.get(0).shape().size() * in.get(1).shape().dim(0);
  }
}
