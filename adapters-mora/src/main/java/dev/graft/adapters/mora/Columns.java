package dev.graft.adapters.mora;

import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is done to the columns of a matrix [n, c] to make it wider or narrower. */
final class Columns {
  private Columns() {}

  /** Column i of [n, width] is column i mod c of x. */
  static Tensor tiled(Tensor x, int width) {
    int c = x.dim(1);
    List<Tensor> parts = new ArrayList<>(Collections.nCopies(width / c, x));
    if (width % c > 0) {
      parts.add(x.slice(1, 0, width % c));
    }
    return x.trace().concat(1, parts);
  }

  /** The transpose of {@link #tiled}: column i of [n, width] is the sum of columns i mod width. */
  static Tensor folded(Tensor x, int width) {
    if (x.dim(1) <= width) {
      return padded(x, width);
    }
    Tensor sum = x.slice(1, 0, width);
    for (int from = width; from < x.dim(1); from += width) {
      sum = sum.plus(padded(x.slice(1, from, Math.min(from + width, x.dim(1))), width));
    }
    return sum;
  }

  /** Zeros behind x up to a width. */
  static Tensor padded(Tensor x, int width) {
    int missing = width - x.dim(1);
    if (missing == 0) {
      return x;
    }
    Tensor zeros = x.trace().zeros(new TensorType(x.dtype(), x.shape().with(1, missing)));
    return x.trace().concat(1, List.of(x, zeros));
  }

  /**
   * The sums of runs of neighbouring columns: [n, c] → [n, groups]. With q = ⌊c/groups⌋ the first c
   * − groups·q runs have q + 1 columns and the others q, which may be none.
   */
  static Tensor grouped(Tensor x, int groups) {
    int n = x.dim(0);
    int q = x.dim(1) / groups;
    int longer = x.dim(1) - groups * q;
    int border = longer * (q + 1);
    List<Tensor> parts = new ArrayList<>();
    if (longer > 0) {
      parts.add(x.slice(1, 0, border).reshape(n, longer, q + 1).sum(2));
    }
    if (q > 0) {
      parts.add(x.slice(1, border, x.dim(1)).reshape(n, groups - longer, q).sum(2));
    }
    return padded(x.trace().concat(1, parts), groups);
  }

  /** The transpose of {@link #grouped}: repeats every column over its run, [n, c] → [n, width]. */
  static Tensor repeated(Tensor x, int width) {
    int n = x.dim(0);
    int c = x.dim(1);
    int q = width / c;
    int longer = width - c * q;
    List<Tensor> parts = new ArrayList<>();
    if (longer > 0) {
      parts.add(repeated(x.slice(1, 0, longer), n, longer, q + 1));
    }
    if (q > 0) {
      parts.add(repeated(x.slice(1, longer, c), n, c - longer, q));
    }
    return x.trace().concat(1, parts);
  }

  private static Tensor repeated(Tensor x, int n, int c, int times) {
    return x.reshape(n, c, 1).broadcastTo(x.shape().append(times)).reshape(n, c * times);
  }
}
