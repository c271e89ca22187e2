package dev.graft.engine.djl;

import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;

/**
 * Attention by matrix products and a softmax, holding the scores. The queries of the heads that
 * share a kv head are multiplied together: [b, g, h/g·t, d].
 */
final class PlainAttention implements AttentionKernel {
  @Override
  public void forward(Script s, Node n, Attention op) {
    Tensor q = n.inputs().get(0);
    Tensor k = n.inputs().get(1);
    DType d = q.dtype();
    String scores = scores(s, q, k, n.inputs().get(3), op.scale());
    s.define(n.output(1), "torch.logsumexp(" + scores + ", [-1])");
    String p = s.let("torch.softmax(" + scores + ", -1)");
    String grouped = grouped(Products.cast(p, d.wide(), d), q, k, k.dim(2));
    String out = "torch.matmul(" + grouped + ", " + s.of(n.inputs().get(2)) + ")";
    s.define(n.output(0), "torch.reshape(" + out + ", " + Literals.list(q.shape()) + ")");
  }

  /** Scaled and biased scores [b, h, t, s] in the wide dtype. */
  private static String scores(Script s, Tensor q, Tensor k, Tensor bias, double scale) {
    DType d = q.dtype();
    DType wide = d.wide();
    String raw =
        "torch.matmul("
            + grouped(s.of(q), q, k, q.dim(3))
            + ", torch.transpose("
            + s.of(k)
            + ", 2, 3))";
    String full = Literals.list(Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2)));
    String x = s.let("torch.reshape(" + Products.cast(raw, d, wide) + ", " + full + ")");
    String b = Products.cast(s.of(bias), d, wide);
    return s.let("torch.add(torch.mul(" + x + ", " + Literals.number(scale) + "), " + b + ")");
  }

  /** [b, h, t, last] as [b, g, h/g·t, last]. */
  private static String grouped(String x, Tensor q, Tensor k, int last) {
    Shape to = Shape.of(q.dim(0), k.dim(1), q.dim(1) / k.dim(1) * q.dim(2), last);
    return "torch.reshape(" + x + ", " + Literals.list(to) + ")";
  }

  @Override
  public void backward(Script s, Node n, AttentionGrad op) {
    Tensor dout = n.inputs().get(0);
    Tensor q = n.inputs().get(1);
    Tensor k = n.inputs().get(2);
    Tensor v = n.inputs().get(3);
    DType d = q.dtype();
    DType wide = d.wide();
    String scores = scores(s, q, k, n.inputs().get(4), op.scale());
    String p =
        s.let(
            "torch.exp(torch.sub("
                + scores
                + ", torch.unsqueeze("
                + s.of(n.inputs().get(6))
                + ", 3)))");
    String g = s.let(grouped(s.of(dout), q, k, q.dim(3)));
    String pg = grouped(Products.cast(p, wide, d), q, k, k.dim(2));
    s.define(n.output(2), "torch.matmul(torch.transpose(" + pg + ", 2, 3), " + g + ")");
    String full = Literals.list(Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2)));
    String dp = "torch.matmul(" + g + ", torch.transpose(" + s.of(v) + ", 2, 3))";
    dp = s.let("torch.reshape(" + Products.cast(dp, d, wide) + ", " + full + ")");
    String delta =
        s.let(
            "torch.sum(torch.mul("
                + Products.cast(s.of(dout), d, wide)
                + ", "
                + Products.cast(s.of(n.inputs().get(5)), d, wide)
                + "), [3], True)");
    String ds = "torch.mul(torch.mul(" + p + ", torch.sub(" + dp + ", " + delta + ")), ";
    ds = s.let(ds + Literals.number(op.scale()) + ")");
    ds = s.let(grouped(Products.cast(ds, wide, d), q, k, k.dim(2)));
    String dq = "torch.matmul(" + ds + ", " + s.of(k) + ")";
    s.define(n.output(0), "torch.reshape(" + dq + ", " + Literals.list(q.shape()) + ")");
    String qg = grouped(s.of(q), q, k, q.dim(3));
    s.define(n.output(1), "torch.matmul(torch.transpose(" + ds + ", 2, 3), " + qg + ")");
  }
}
