package dev.graft.engine.djl;

import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * PyTorch's fused CPU attention, forward and backward (arXiv 2205.14135), which never holds the
 * scores. It wants as many kv heads as query heads, so shared ones are repeated: small copies
 * beside the scores. It takes for granted that rows are dense, and computes nonsense where they are
 * not; PyTorch's own callers see to that, and so does {@link #HELPER}.
 */
final class FlashCpuAttention implements AttentionKernel {
  /** A method that copies a tensor unless its last axis is dense. */
  static final String HELPER =
      """
        def dense(self: __torch__.M, x: Tensor) -> Tensor:
          if torch.ne(torch.stride(x, -1), 1):
            y = torch.contiguous(x)
          else:
            y = x
          return y
      """;

  private final PlainAttention plain = new PlainAttention();
  private final Products products;

  FlashCpuAttention(Products products) {
    this.products = products;
  }

  @Override
  public void forward(Script s, Node n, Attention op) {
    Tensor q = n.inputs().get(0);
    if (!suits(q)) {
      plain.forward(s, n, op);
      return;
    }
    Tensor k = n.inputs().get(1);
    DType d = q.dtype();
    DType c = products.computeType(d);
    String[] out =
        s.let(
            "torch._scaled_dot_product_flash_attention_for_cpu("
                + dense(s, q, c)
                + ", "
                + repeated(dense(s, k, c), q, k)
                + ", "
                + repeated(dense(s, n.inputs().get(2), c), q, k)
                + ", 0., False, attn_mask="
                + dense(s, n.inputs().get(3), c)
                + ", scale="
                + Literals.number(op.scale())
                + ")",
            2);
    s.bind(n.output(0), d == c ? out[0] : s.let(Products.cast(out[0], c, d)));
    s.bind(n.output(1), out[1]);
  }

  private static String dense(Script s, Tensor t, DType c) {
    return "(self).dense(" + Products.cast(s.of(t), t.dtype(), c) + ")";
  }

  private static boolean suits(Tensor q) {
    return q.dtype() != DType.F64 && q.shape().size() > 0;
  }

  /** [b, g, s, d] with every head repeated: [b, h, s, d]. */
  private static String repeated(String x, Tensor q, Tensor k) {
    if (q.dim(1) == k.dim(1)) {
      return x;
    }
    Shape split = split(q, k);
    return "torch.reshape(torch.expand(torch.unsqueeze("
        + x
        + ", 2), "
        + Literals.list(split)
        + "), "
        + Literals.list(k.shape().with(1, q.dim(1)))
        + ")";
  }

  private static Shape split(Tensor q, Tensor k) {
    return Shape.of(k.dim(0), k.dim(1), q.dim(1) / k.dim(1), k.dim(2), k.dim(3));
  }

  @Override
  public void backward(Script s, Node n, AttentionGrad op) {
    Tensor q = n.inputs().get(1);
    if (!suits(q)) {
      plain.backward(s, n, op);
      return;
    }
    Tensor k = n.inputs().get(2);
    DType d = q.dtype();
    DType c = products.computeType(d);
    List<String> in =
        n.inputs().stream().map(t -> t.shape().rank() == 4 ? dense(s, t, c) : s.of(t)).toList();
    String[] out =
        s.let(
            "torch._scaled_dot_product_flash_attention_for_cpu_backward("
                + in.get(0)
                + ", "
                + in.get(1)
                + ", "
                + repeated(in.get(2), q, k)
                + ", "
                + repeated(in.get(3), q, k)
                + ", "
                + in.get(5)
                + ", "
                + in.get(6)
                + ", 0., False, attn_mask="
                + in.get(4)
                + ", scale="
                + Literals.number(op.scale())
                + ")",
            3);
    s.define(n.output(0), Products.cast(out[0], c, d));
    for (int i = 1; i < 3; i++) {
      String sum = out[i];
      if (q.dim(1) != k.dim(1)) {
        sum = "torch.sum(torch.reshape(" + sum + ", " + Literals.list(split(q, k)) + "), [2])";
      }
      s.define(n.output(i), Products.cast(sum, c, d));
    }
  }
}
