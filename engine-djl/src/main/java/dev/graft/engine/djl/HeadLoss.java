package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The head with its loss, and the gradient of its hidden states. Logits exist for a chunk of rows
 * at a time, one large product; what is done to them, a few rows at a time and in place, so that
 * they stay in the processor's cache from one operator to the next.
 */
final class HeadLoss {
  /** Logits that are done at a time: 1 MiB in f32. */
  private static final int PIECE = 1 << 18;

  private final Script s;
  private final Products products;

  HeadLoss(Script script, Products products) {
    this.s = script;
    this.products = products;
  }

  void lower(Node n, int chunk, boolean gradient) {
    Tensor hidden = n.inputs().get(0);
    Tensor weight = n.inputs().get(1);
    DType d = hidden.dtype();
    DType c = products.computeType(d);
    int vocabulary = weight.dim(0);
    // Widened once for all chunks, where it has to be.
    String w = s.let(Products.cast(s.of(weight), d, c));
    List<String> nll = new ArrayList<>();
    List<String> grads = new ArrayList<>();
    for (int from = 0; from < hidden.dim(0); from += chunk) {
      int rows = Math.min(hidden.dim(0) - from, chunk);
      String range = ", 0, " + from + ", " + (from + rows) + ", 1)";
      String h = Products.cast("torch.slice(" + s.of(hidden) + range, d, c);
      String targets = s.let("torch.slice(" + s.of(n.inputs().get(2)) + range);
      Products.Size forward = new Products.Size(rows, hidden.dim(1), vocabulary);
      String logits = s.let(products.multiply(c, h, w, false, true, forward));
      nll.add(losses(logits, c, d.wide(), targets, rows, vocabulary, gradient));
      if (gradient) {
        Products.Size backward = new Products.Size(rows, vocabulary, hidden.dim(1));
        String dh = products.multiply(c, logits, w, false, false, backward);
        grads.add(s.let(Products.cast(dh, c, d)));
      }
    }
    s.define(n.output(0), "torch.cat(" + Literals.list(nll) + ", 0)");
    if (gradient) {
      s.define(n.output(1), "torch.cat(" + Literals.list(grads) + ", 0)");
    }
  }

  /** The rows' losses; their logits become gradients, or are of no use any more. */
  private String losses(
      String logits,
      DType c,
      DType wide,
      String targets,
      int rows,
      int vocabulary,
      boolean gradient) {
    String like = ", dtype=" + Literals.dtype(wide) + ", device=" + s.device() + ")";
    String nll = s.let("torch.empty([" + rows + "]" + like);
    int some = s.onHost() ? Math.max(1, PIECE / vocabulary) : rows;
    String piece = s.loop((rows + some - 1) / some);
    String from = s.let("torch.mul(" + piece + ", " + some + ")");
    String range = ", 0, " + from + ", " + s.let("torch.add(" + from + ", " + some + ")") + ", 1)";
    String part = s.let("torch.slice(" + logits + range);
    String target = s.let("torch.unsqueeze(torch.slice(" + targets + range + ", 1)");
    String x = s.let(Products.cast(part, c, wide));
    s.let("torch.sub_(" + x + ", torch.amax(" + x + ", [1], True))");
    String hit = s.let("torch.gather(" + x + ", 1, " + target + ")");
    String total = s.let("torch.sum(torch.exp_(" + x + "), [1], True)");
    String loss = "torch.squeeze(torch.sub(torch.log(" + total + "), " + hit + "), 1)";
    s.let("torch.copy_(torch.slice(" + nll + range + ", " + loss + ")");
    if (gradient) {
      s.let("torch.div_(" + x + ", " + total + ")");
      minusHit(s, x, target);
      if (c != wide) {
        s.let("torch.copy_(" + part + ", " + x + ")");
      }
    }
    s.end();
    return nll;
  }

  /** Subtracts 1 from every row's target, in place; targets are [rows, 1]. */
  static void minusHit(Script s, String p, String target) {
    String less = "torch.full_like(torch.gather(" + p + ", 1, " + target + "), -1.)";
    s.let("torch.scatter_add_(" + p + ", 1, " + target + ", " + less + ")");
  }
}
