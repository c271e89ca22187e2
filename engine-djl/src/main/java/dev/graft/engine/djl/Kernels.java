package dev.graft.engine.djl;

/**
 * A set of operators.
 *
 * @param name for people
 */
record Kernels(String name, Products products, AttentionKernel attention) {
  /** Operators that every build of PyTorch has on every device. */
  static Kernels portable() {
    return new Kernels("portable kernels", new PlainProducts(), new PlainAttention());
  }

  /** oneDNN's linear kernel and fused attention, on the CPU. */
  static Kernels fast(boolean nativeBf16) {
    Products products = new OneDnnProducts(nativeBf16);
    String bf16 = nativeBf16 ? "native bf16" : "bf16 by f32";
    return new Kernels("fast kernels, " + bf16, products, new FlashCpuAttention(products));
  }
}
