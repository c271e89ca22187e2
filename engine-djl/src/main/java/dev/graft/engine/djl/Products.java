package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;

/** How matrices are multiplied. */
interface Products {
  /** The product of a rows × inner and an inner × columns matrix. */
  record Size(int rows, int inner, int columns) {}

  /** The dtype in which values of a dtype are multiplied. */
  DType computeType(DType d);

  /**
   * The product of two matrices of {@link #computeType}, each transposed first where its flag is
   * set.
   *
   * @param size the extents of the product
   * @return an expression
   */
  String multiply(DType d, String a, String b, boolean transposeA, boolean transposeB, Size size);

  /** x·Wᵀ + b for a matrix x; the arguments are of {@link #computeType}. */
  String linear(DType d, String x, String w, String bias, Size size);

  /** A value in another dtype. */
  static String cast(String x, DType from, DType to) {
    return from == to ? x : "torch.to(" + x + ", " + Literals.dtype(to) + ")";
  }

  /** A matrix, transposed where asked. */
  static String oriented(String x, boolean transpose) {
    return transpose ? "torch.t(" + x + ")" : x;
  }
}
