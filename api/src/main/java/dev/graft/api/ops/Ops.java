package dev.graft.api.ops;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** What the composites share: operand checks, and the wider dtype that reductions accumulate in. */
final class Ops {
  private Ops() {}

  static Tensor wide(Tensor t) {
    return t.cast(t.dtype().wide());
  }

  static void count(List<TensorType> in, int n) {
    if (in.size() != n) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID, "expected " + n + " operands, received " + in.size());
    }
  }

  static void sameDType(List<TensorType> in, int... which) {
    for (int i : which) {
      if (in.get(i).dtype() != in.get(which[0]).dtype() || !in.get(i).dtype().isFloating()) {
        throw new GraftException(
            ErrorCode.GRAPH_DTYPE, "expected floating operands of one dtype, received " + in);
      }
    }
  }

  static void dtype(String what, TensorType t, DType expected) {
    if (t.dtype() != expected) {
      throw new GraftException(
          ErrorCode.GRAPH_DTYPE, "expected " + what + " as " + expected + ", received " + t);
    }
  }

  static void shape(String what, TensorType t, Shape expected) {
    if (!t.shape().equals(expected)) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected " + what + " of shape " + expected + ", received " + t);
    }
  }

  static void rank(String what, TensorType t, int rank) {
    if (t.shape().rank() != rank) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected " + what + " of rank " + rank + ", received " + t);
    }
  }

  /** Folds all axes but the last: [.., c] → [n, c]. */
  static Tensor rows(Tensor x) {
    int c = x.dim(-1);
    return x.reshape((int) (c == 0 ? 0 : x.shape().size() / c), c);
  }

  static Shape rows(Shape s) {
    int c = s.dim(-1);
    return Shape.of((int) (c == 0 ? 0 : s.size() / c), c);
  }

  /** logits at the targets: [n, v], [n] → [n]. */
  static Tensor pick(Tensor logits, Tensor targets) {
    int n = logits.dim(0);
    int v = logits.dim(1);
    Tensor flat = targets.trace().iota(0, n).times(v).plus(targets);
    return logits.reshape(n * v).gather(flat);
  }
}
