package dev.graft.engine.reference;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** Operations that move elements without computing. */
final class Movement {
  private Movement() {}

  static Kernel iota(int axis, Shape shape) {
    int inner = Strided.contiguous(shape)[axis];
    int extent = shape.dim(axis);
    int size = Data.size(shape);
    return operands -> {
      long[] out = new long[size];
      for (int i = 0; i < size; i++) {
        out[i] = i / inner % extent;
      }
      return out;
    };
  }

  /** A row-major result whose elements stand at the given strides in the operand. */
  static Kernel copy(TensorType out, int[] strides, int start) {
    Strided walk = new Strided(out.shape().toArray(), Strided.contiguous(out.shape()), strides);
    int size = Data.size(out.shape());
    return operands -> {
      Object to = Data.allocate(out.dtype(), size);
      walk.forEach(
          at -> Data.copy(operands[0], start + at[1], walk.steps[1], to, at[0], walk.length));
      return to;
    };
  }

  static Kernel concat(int axis, List<TensorType> in, TensorType out) {
    int size = Data.size(out.shape());
    int row = out.shape().dim(axis) * inner(axis, out.shape());
    int[] parts =
        in.stream().mapToInt(t -> t.shape().dim(axis) * inner(axis, out.shape())).toArray();
    return operands -> {
      Object to = Data.allocate(out.dtype(), size);
      int at = 0;
      for (int p = 0; p < parts.length; p++) {
        for (int from = 0, o = at; parts[p] > 0 && o < size; from += parts[p], o += row) {
          System.arraycopy(operands[p], from, to, o, parts[p]);
        }
        at += parts[p];
      }
      return to;
    };
  }

  /** Elements per step along an axis. */
  private static int inner(int axis, Shape shape) {
    int n = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      n *= shape.dim(i);
    }
    return n;
  }

  static Kernel gather(TensorType table, Shape index) {
    int rows = table.shape().dim(0);
    int width = inner(0, table.shape());
    int count = Data.size(index);
    return operands -> {
      long[] at = (long[]) operands[1];
      Object to = Data.allocate(table.dtype(), count * width);
      for (int i = 0; i < count; i++) {
        System.arraycopy(operands[0], row(at[i], rows) * width, to, i * width, width);
      }
      return to;
    };
  }

  static Kernel scatterAdd(int rows, Shape index, Shape out) {
    int width = inner(0, out);
    int count = Data.size(index);
    return operands -> {
      double[] from = (double[]) operands[0];
      long[] at = (long[]) operands[1];
      double[] to = new double[rows * width];
      for (int i = 0; i < count; i++) {
        int row = row(at[i], rows) * width;
        for (int j = 0; j < width; j++) {
          to[row + j] += from[i * width + j];
        }
      }
      return to;
    };
  }

  private static int row(long index, int rows) {
    if (index < 0 || index >= rows) {
      throw new GraftException(
          ErrorCode.BACKEND_FAILED, "expected indices in 0…" + (rows - 1) + ", received " + index);
    }
    return (int) index;
  }

  static Kernel updateSlice(int axis, TensorType type, Shape update) {
    int size = Data.size(type.shape());
    int inner = inner(axis, type.shape());
    int extent = type.shape().dim(axis);
    int row = extent * inner;
    int part = update.dim(axis) * inner;
    int last = extent - update.dim(axis);
    return operands -> {
      long start = ((long[]) operands[2])[0];
      if (start < 0 || start > last) {
        throw new GraftException(
            ErrorCode.BACKEND_FAILED,
            "expected a start in 0…"
                + last
                + " for an update of "
                + update
                + " along axis "
                + axis
                + " of "
                + type
                + ", received "
                + start);
      }
      Object to = Data.allocate(type.dtype(), size);
      System.arraycopy(operands[0], 0, to, 0, size);
      int at = (int) start * inner;
      for (int from = 0; part > 0 && at < size; from += part, at += row) {
        System.arraycopy(operands[1], from, to, at, part);
      }
      return to;
    };
  }
}
