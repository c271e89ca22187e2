package dev.graft.api.tensor;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A concrete, immutable shape; rank 0 is a scalar. */
public final class Shape {
  private static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /** A shape of the given extents; each must be at least 0. */
  public static Shape of(int... dims) {
    if (dims.length == 0) {
      return SCALAR;
    }
    for (int d : dims) {
      if (d < 0) {
        throw new GraftException(
            ErrorCode.GRAPH_SHAPE,
            "expected extents of at least 0, received " + Arrays.toString(dims));
      }
    }
    return new Shape(dims.clone());
  }

  public static Shape of(List<Integer> dims) {
    return of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  public static Shape scalar() {
    return SCALAR;
  }

  public int rank() {
    return dims.length;
  }

  /** The extent of an axis; negative axes count from the end. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** Normalises an axis that may count from the end. */
  public int axis(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected an axis of " + this + ", received axis " + axis);
    }
    return a;
  }

  /** The number of elements. */
  public long size() {
    long n = 1;
    for (int d : dims) {
      n *= d;
    }
    return n;
  }

  /** A copy of the extents. */
  public int[] toArray() {
    return dims.clone();
  }

  public List<Integer> toList() {
    return Arrays.stream(dims).boxed().collect(Collectors.toUnmodifiableList());
  }

  /** This shape with one axis replaced. */
  public Shape with(int axis, int extent) {
    int[] d = dims.clone();
    d[axis(axis)] = extent;
    return of(d);
  }

  /** This shape without its last {@code n} axes. */
  public Shape dropLast(int n) {
    return of(Arrays.copyOf(dims, dims.length - n));
  }

  /** This shape followed by further axes. */
  public Shape append(int... more) {
    int[] d = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, d, dims.length, more.length);
    return of(d);
  }

  /** The common shape of two operands under NumPy's broadcasting rules. */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    int[] out = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new GraftException(
            ErrorCode.GRAPH_SHAPE, "expected shapes that broadcast, received " + a + " and " + b);
      }
      out[rank - i] = x == 1 ? y : x;
    }
    return of(out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
