package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * n = the L2 norms of the rows of W + s·B·A, the norm of DoRA (arXiv 2402.09353, eq. 5). Operands:
 * W [k, d]; its rows' squared norms ‖W‖² [k]; A [r, d]; B [k, r]. W may be narrow; the others and n
 * [k] have its wide dtype (f32 for bf16).
 *
 * <p>The decomposition is the definition and holds W + s·B·A. A backend that runs it whole need
 * not:
 *
 * <pre>n² = ‖W‖² + 2s·rowsum((W·Aᵀ) ⊙ B) + s²·rowsum((B·(A·Aᵀ)) ⊙ B)</pre>
 *
 * <p>takes as many operations and nothing larger than [k, r], given ‖W‖². It cancels where s·B·A
 * takes away most of a row of W; such a row has to be computed by the definition.
 */
public record LowRankRowNorm(double scale) implements Composite {
  /** Traces the norms [k]. */
  public static Tensor of(Tensor weight, Tensor squares, Tensor a, Tensor b, double scale) {
    return weight
        .trace()
        .composite(new LowRankRowNorm(scale), List.of(weight, squares, a, b))
        .get(0);
  }

  @Override
  public String name() {
    return "low_rank_row_norm";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 4);
    Ops.sameDType(in, 0);
    DType wide = in.get(0).dtype().wide();
    Ops.dtype("the squared norms", in.get(1), wide);
    Ops.dtype("A", in.get(2), wide);
    Ops.dtype("B", in.get(3), wide);
    Ops.rank("a weight [k, d]", in.get(0), 2);
    Ops.rank("A [r, d]", in.get(2), 2);
    Shape weight = in.get(0).shape();
    Shape rows = Shape.of(weight.dim(0));
    int r = in.get(2).shape().dim(0);
    Ops.shape("the squared norms", in.get(1), rows);
    Ops.shape("A", in.get(2), Shape.of(r, weight.dim(1)));
    Ops.shape("B", in.get(3), rows.append(r));
    return List.of(new TensorType(wide, rows));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor change = in.get(3).matmul(in.get(2));
    return List.of(Ops.wide(in.get(0)).plus(change.times(scale)).square().sum(1).sqrt());
  }

  @Override
  public long flops(List<TensorType> in) {
    long r = in.get(2).shape().dim(0);
    return 2 * r * (in.get(0).shape().size() + in.get(2).shape().size() + in.get(3).shape().size());
  }
}
