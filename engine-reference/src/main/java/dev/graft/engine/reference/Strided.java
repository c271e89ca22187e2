package dev.graft.engine.reference;

import dev.graft.api.tensor.Shape;

/**
 * A walk over an index space in row-major order, with the place in several arrays at once. Axes
 * over which all arrays advance evenly are joined, so that runs along the last axis are long.
 */
final class Strided {
  /** Visits a run: the first place in every array. */
  interface Run {
    void visit(int[] offsets);
  }

  private final int[] dims;
  private final int[][] strides;

  /** The length of a run. */
  final int length;

  /** How far each array advances from one element of a run to the next. */
  final int[] steps;

  private final boolean empty;

  Strided(int[] extents, int[]... arrays) {
    int[] d = new int[extents.length];
    int[][] s = new int[arrays.length][extents.length];
    int rank = 0;
    boolean none = false;
    for (int axis = 0; axis < extents.length; axis++) {
      none |= extents[axis] == 0;
      if (extents[axis] == 1) {
        continue;
      }
      boolean join = rank > 0;
      for (int a = 0; a < arrays.length && join; a++) {
        join = s[a][rank - 1] == arrays[a][axis] * extents[axis];
      }
      rank = join ? rank : rank + 1;
      d[rank - 1] = join ? d[rank - 1] * extents[axis] : extents[axis];
      for (int a = 0; a < arrays.length; a++) {
        s[a][rank - 1] = arrays[a][axis];
      }
    }
    empty = none;
    length = rank == 0 ? 1 : d[rank - 1];
    steps = new int[arrays.length];
    int outer = Math.max(0, rank - 1);
    dims = java.util.Arrays.copyOf(d, outer);
    strides = new int[arrays.length][];
    for (int a = 0; a < arrays.length; a++) {
      steps[a] = rank == 0 ? 0 : s[a][rank - 1];
      strides[a] = java.util.Arrays.copyOf(s[a], outer);
    }
  }

  void forEach(Run run) {
    if (empty) {
      return;
    }
    int[] index = new int[dims.length];
    int[] offsets = new int[strides.length];
    while (true) {
      run.visit(offsets);
      int axis = dims.length - 1;
      while (axis >= 0 && ++index[axis] == dims[axis]) {
        index[axis] = 0;
        for (int a = 0; a < offsets.length; a++) {
          offsets[a] -= strides[a][axis] * (dims[axis] - 1);
        }
        axis--;
      }
      if (axis < 0) {
        return;
      }
      for (int a = 0; a < offsets.length; a++) {
        offsets[a] += strides[a][axis];
      }
    }
  }

  /** Row-major strides. */
  static int[] contiguous(Shape shape) {
    int[] s = new int[shape.rank()];
    int n = 1;
    for (int i = s.length - 1; i >= 0; i--) {
      s[i] = n;
      n *= shape.dim(i);
    }
    return s;
  }

  /** Strides that read a row-major array as if it were broadcast to another shape. */
  static int[] broadcast(Shape from, Shape to) {
    int[] own = contiguous(from);
    int[] s = new int[to.rank()];
    int shift = to.rank() - from.rank();
    for (int i = 0; i < own.length; i++) {
      s[i + shift] = from.dim(i) == 1 ? 0 : own[i];
    }
    return s;
  }
}
