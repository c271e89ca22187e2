package dev.graft.engine.reference;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.util.Arrays;

/** Sums, maxima and their indices. */
final class Reductions {
  private Reductions() {}

  static Kernel reduce(Op.Reduce op, TensorType in) {
    Shape kept = in.shape();
    for (int axis : op.axes()) {
      kept = kept.with(axis, 1);
    }
    int size = Data.size(kept);
    int[] to = Strided.broadcast(kept, in.shape());
    Strided walk = new Strided(in.shape().toArray(), Strided.contiguous(in.shape()), to);
    int step = walk.steps[1];
    if (in.dtype() == DType.I64) {
      return operands -> {
        long[] x = (long[]) operands[0];
        long[] y = new long[size];
        walk.forEach(
            at -> {
              for (int i = 0; i < walk.length; i++) {
                y[at[1] + i * step] += x[at[0] + i];
              }
            });
        return y;
      };
    }
    if (op.reduction() == Op.Reduction.SUM) {
      return operands -> {
        double[] x = (double[]) operands[0];
        double[] y = new double[size];
        walk.forEach(
            at -> {
              if (step == 0) {
                double sum = 0;
                for (int i = 0; i < walk.length; i++) {
                  sum += x[at[0] + i];
                }
                y[at[1]] += sum;
              } else {
                for (int i = 0; i < walk.length; i++) {
                  y[at[1] + i * step] += x[at[0] + i];
                }
              }
            });
        return y;
      };
    }
    return operands -> {
      double[] x = (double[]) operands[0];
      double[] y = new double[size];
      Arrays.fill(y, Double.NEGATIVE_INFINITY);
      walk.forEach(
          at -> {
            for (int i = 0; i < walk.length; i++) {
              int j = at[1] + i * step;
              y[j] = Math.max(y[j], x[at[0] + i]);
            }
          });
      return y;
    };
  }

  static Kernel argMax(int axis, Shape in) {
    int extent = in.dim(axis);
    int inner = Strided.contiguous(in)[axis];
    int outer = extent == 0 || inner == 0 ? 0 : Data.size(in) / (extent * inner);
    return operands -> {
      if (extent == 0) {
        throw new GraftException(
            ErrorCode.BACKEND_FAILED,
            "expected at least one element along axis " + axis + ", received " + in);
      }
      double[] x = (double[]) operands[0];
      long[] y = new long[outer * inner];
      for (int o = 0; o < outer; o++) {
        for (int i = 0; i < inner; i++) {
          int at = o * extent * inner + i;
          int best = 0;
          for (int k = 1; k < extent; k++) {
            if (x[at + k * inner] > x[at + best * inner]) {
              best = k;
            }
          }
          y[o * inner + i] = best;
        }
      }
      return y;
    };
  }
}
