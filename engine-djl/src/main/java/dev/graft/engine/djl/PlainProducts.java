package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;

/** PyTorch's default matrix products, which every device has. */
final class PlainProducts implements Products {
  @Override
  public DType computeType(DType d) {
    return d;
  }

  @Override
  public String multiply(
      DType d, String a, String b, boolean transposeA, boolean transposeB, Size size) {
    return "torch.mm("
        + Products.oriented(a, transposeA)
        + ", "
        + Products.oriented(b, transposeB)
        + ")";
  }

  @Override
  public String linear(DType d, String x, String w, String bias, Size size) {
    return "torch.linear(" + x + ", " + w + ", " + bias + ")";
  }
}
