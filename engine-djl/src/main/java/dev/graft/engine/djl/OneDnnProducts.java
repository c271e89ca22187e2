package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;

/**
 * Products of f32 matrices by oneDNN's linear kernel, which PyTorch keeps for its compiler. On
 * processors with AVX-512 that are not Intel's it is twice as fast as the default, which is MKL's;
 * elsewhere it is on a par. The kernel takes a transposed view of a weight without copying it.
 *
 * <p>Where the processor has no bf16 instructions, PyTorch multiplies bf16 by plain loops, nearly
 * ten times slower than f32: then bf16 matrices are widened first and the product is rounded.
 */
final class OneDnnProducts implements Products {
  private final PlainProducts plain = new PlainProducts();
  private final boolean nativeBf16;

  OneDnnProducts(boolean nativeBf16) {
    this.nativeBf16 = nativeBf16;
  }

  @Override
  public DType computeType(DType d) {
    return d == DType.BF16 && !nativeBf16 ? DType.F32 : d;
  }

  @Override
  public String multiply(
      DType d, String a, String b, boolean transposeA, boolean transposeB, Size size) {
    if (!suits(d, size)) {
      return plain.multiply(d, a, b, transposeA, transposeB, size);
    }
    return call(Products.oriented(a, transposeA), Products.oriented(b, !transposeB), "None");
  }

  @Override
  public String linear(DType d, String x, String w, String bias, Size size) {
    return suits(d, size) ? call(x, w, bias) : plain.linear(d, x, w, bias, size);
  }

  /** A single row is a matrix times a vector, which MKL does better; oneDNN takes nothing empty. */
  private static boolean suits(DType d, Size size) {
    return d == DType.F32 && size.rows() > 1 && size.inner() > 0 && size.columns() > 0;
  }

  static String call(String x, String w, String bias) {
    return "ops.mkldnn._linear_pointwise("
        + x
        + ", "
        + w
        + ", "
        + bias
        + ", \"none\", annotate(List[Optional[number]], []), \"\")";
  }
}
