package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The language-model head and its loss in one pass over chunks of rows, so that logits [n, v] are
 * never held whole. Operands hidden [n, c], weight [v, c], targets i64 [n]. Outputs: nll [n] (f32
 * for bf16), and for every row ∂nll_i/∂hidden_i [n, c] in hidden's dtype, which makes the backward
 * pass one multiplication. When nothing uses the second output, a backend need not compute it.
 */
public record LinearCrossEntropy(int chunk) implements Composite {
  /** Both outputs; {@code chunk} is the number of rows whose logits are held at a time. */
  public static List<Tensor> of(Tensor hidden, Tensor weight, Tensor targets, int chunk) {
    return hidden
        .trace()
        .composite(new LinearCrossEntropy(chunk), List.of(hidden, weight, targets));
  }

  @Override
  public String name() {
    return "linear_cross_entropy";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 0, 1);
    Ops.rank("hidden [n, c]", in.get(0), 2);
    Ops.rank("weight [v, c]", in.get(1), 2);
    Shape h = in.get(0).shape();
    Ops.shape("weight", in.get(1), in.get(1).shape().with(1, h.dim(1)));
    Ops.dtype("targets", in.get(2), DType.I64);
    Ops.shape("targets", in.get(2), Shape.of(h.dim(0)));
    return List.of(new TensorType(in.get(0).dtype().wide(), Shape.of(h.dim(0))), in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor hidden = in.get(0);
    Tensor weight = in.get(1);
    int n = hidden.dim(0);
    List<Tensor> nll = new ArrayList<>();
    List<Tensor> grad = new ArrayList<>();
    for (int from = 0; from < n; from += chunk) {
      int to = Math.min(n, from + chunk);
      Tensor logits = hidden.slice(0, from, to).matmul(weight, false, true);
      Tensor targets = in.get(2).slice(0, from, to);
      Tensor loss = CrossEntropy.of(logits, targets);
      nll.add(loss);
      Tensor one = hidden.trace().fill(1, loss.type());
      grad.add(CrossEntropyGrad.of(one, logits, targets).matmul(weight));
    }
    return List.of(hidden.trace().concat(0, nll), hidden.trace().concat(0, grad));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 4 * in.get(0).shape().size() * in.get(1).shape().dim(0);
  }
}
