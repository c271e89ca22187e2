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
 * not; PyTorch's own callers see to that, and so does {@link #HELPERS}.
 *
 * <p>It computes every score that a bias masks, which in a packed row are nearly all. So queries
 * are cut wherever one may not attend to the key before its own, as between the texts of a row, and
 * each block of them is given just the keys that one of its queries may attend to. That is right
 * for any bias, and pays for block-diagonal ones. Blocks are found when a graph runs, once for all
 * layers.
 */
final class FlashCpuAttention implements AttentionKernel {
  /**
   * Methods of every script.
   *
   * <ul>
   *   <li>{@code dense} copies a tensor unless its last axis is dense.
   *   <li>{@code blocks} gives six numbers for every block: its rows of the batch, its queries and
   *       its keys, all as a first one and one behind the last; and for every block the indices of
   *       its keys, or none where they stand side by side. There are none at all where nothing is
   *       to be cut, nor where a block's queries may attend nowhere, since they then attend
   *       everywhere.
   *   <li>{@code attend} and {@code attend_backward} go through them. Gradients of keys and values
   *       are summed wide, for a shared prefix has one of every text that continues it.
   * </ul>
   */
  private static final String HELPERS =
      """
        def dense(self: __torch__.M, x: Tensor) -> Tensor:
          if torch.ne(torch.stride(x, -1), 1):
            y = torch.contiguous(x)
          else:
            y = x
          return y
        def blocks(self: __torch__.M, bias: Tensor, batch: int) -> Tuple[List[int], List[Tensor]]:
          at = annotate(List[int], [])
          indices = annotate(List[Tensor], [])
          t = torch.size(bias, 2)
          empty = False
          cut = False
          for row in range(torch.size(bias, 0)):
            allowed = torch.gt(torch.select(torch.select(bias, 0, row), 0, 0), MASKED)
            cuts = torch.nonzero(torch.logical_not(torch.diagonal(allowed, -1)))
            count = torch.size(cuts, 0)
            begin = 0
            for i in range(count + 1):
              end = t
              if i < count:
                end = int(torch.select(torch.select(cuts, 0, i), 0, 0)) + 1
                cut = True
              some = torch.any(torch.slice(allowed, 0, begin, end, 1), 0)
              keys = torch.reshape(torch.nonzero(some), [-1])
              found = torch.size(keys, 0)
              if found == 0:
                empty = True
              else:
                first = int(torch.select(keys, 0, 0))
                last = int(torch.select(keys, 0, -1)) + 1
                if torch.size(bias, 0) == 1:
                  at += [0, batch, begin, end, first, last]
                else:
                  at += [row, row + 1, begin, end, first, last]
                if last - first == found:
                  keys = torch.slice(keys, 0, 0, 0, 1)
                indices += [keys]
              begin = end
          if empty or not cut:
            at = annotate(List[int], [])
            indices = annotate(List[Tensor], [])
          return (at, indices)
        def rows(self: __torch__.M, x: Tensor, at: List[int], block: int) -> Tensor:
          if torch.size(x, 0) > 1:
            y = torch.slice(x, 0, at[6 * block], at[6 * block + 1], 1)
          else:
            y = x
          return y
        def part(self: __torch__.M, x: Tensor, dim: int, at: List[int], block: int, index: Tensor) -> Tensor:
          i = 6 * block
          rows = (self).rows(x, at, block)
          if torch.numel(index) == 0:
            y = torch.slice(rows, dim, at[i + 4], at[i + 5], 1)
          else:
            y = torch.index_select(rows, dim, index)
          return y
        def queries(self: __torch__.M, x: Tensor, at: List[int], block: int) -> Tensor:
          i = 6 * block
          return torch.slice((self).rows(x, at, block), 2, at[i + 2], at[i + 3], 1)
        def add_part(self: __torch__.M, sum: Tensor, at: List[int], block: int, index: Tensor, x: Tensor) -> Tensor:
          i = 6 * block
          rows = (self).rows(sum, at, block)
          if torch.numel(index) == 0:
            y = torch.add_(torch.slice(rows, 2, at[i + 4], at[i + 5], 1), x)
          else:
            y = torch.index_add_(rows, 2, index, torch.to(x, 6))
          return y
        def attend(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor, bias: Tensor, at: List[int], indices: List[Tensor], scale: float) -> Tuple[Tensor, Tensor]:
          count = len(indices)
          if count == 0:
            out, lse = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., False, attn_mask=bias, scale=scale)
          else:
            b = torch.size(q, 0)
            h = torch.size(q, 1)
            t = torch.size(q, 2)
            out = torch.transpose(torch.new_empty(q, [b, t, h, torch.size(q, 3)]), 1, 2)
            lse = torch.new_empty(q, [b, h, t], dtype=6)
            for i in range(count):
              index = indices[i]
              keys = (self).part(k, 2, at, i, index)
              values = (self).part(v, 2, at, i, index)
              mask = (self).part((self).queries(bias, at, i), 3, at, i, index)
              y, z = torch._scaled_dot_product_flash_attention_for_cpu((self).queries(q, at, i), keys, values, 0., False, attn_mask=mask, scale=scale)
              a = torch.copy_((self).queries(out, at, i), y)
              c = torch.copy_((self).queries(lse, at, i), z)
          return (out, lse)
        def attend_backward(self: __torch__.M, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, bias: Tensor, at: List[int], indices: List[Tensor], scale: float) -> Tuple[Tensor, Tensor, Tensor]:
          count = len(indices)
          if count == 0:
            dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(dout, q, k, v, out, lse, 0., False, attn_mask=bias, scale=scale)
          else:
            b = torch.size(q, 0)
            h = torch.size(q, 1)
            d = torch.size(q, 3)
            dq = torch.transpose(torch.new_empty(q, [b, torch.size(q, 2), h, d]), 1, 2)
            dk = torch.transpose(torch.new_zeros(k, [b, torch.size(k, 2), h, d], dtype=6), 1, 2)
            dv = torch.transpose(torch.new_zeros(k, [b, torch.size(k, 2), h, d], dtype=6), 1, 2)
            for i in range(count):
              index = indices[i]
              keys = (self).part(k, 2, at, i, index)
              values = (self).part(v, 2, at, i, index)
              mask = (self).part((self).queries(bias, at, i), 3, at, i, index)
              x, y, z = torch._scaled_dot_product_flash_attention_for_cpu_backward((self).queries(dout, at, i), (self).queries(q, at, i), keys, values, (self).queries(out, at, i), (self).queries(lse, at, i), 0., False, attn_mask=mask, scale=scale)
              a = torch.copy_((self).queries(dq, at, i), x)
              c = (self).add_part(dk, at, i, index, y)
              e = (self).add_part(dv, at, i, index, z)
          return (dq, dk, dv)
      """
          .replace("MASKED", Literals.number(Attention.MASKED / 2));

  private final PlainAttention plain = new PlainAttention();
  private final Products products;

  FlashCpuAttention(Products products) {
    this.products = products;
  }

  @Override
  public String helpers() {
    return HELPERS;
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
            "(self).attend("
                + dense(s, q, c)
                + ", "
                + repeated(dense(s, k, c), q, k)
                + ", "
                + repeated(dense(s, n.inputs().get(2), c), q, k)
                + ", "
                + masked(s, n.inputs().get(3), q, k, c)
                + ", "
                + Literals.number(op.scale())
                + ")",
            2);
    s.bind(n.output(0), d == c ? out[0] : s.let(Products.cast(out[0], c, d)));
    s.bind(n.output(1), out[1]);
  }

  private static String dense(Script s, Tensor t, DType c) {
    return "(self).dense(" + Products.cast(s.of(t), t.dtype(), c) + ")";
  }

  /** The bias and its blocks as three arguments. */
  private static String masked(Script s, Tensor bias, Tensor q, Tensor k, DType c) {
    String mask = s.once(List.of("mask", bias), () -> s.let(dense(s, bias, c)));
    boolean square = q.dim(2) == k.dim(2) && q.dim(2) > 1;
    if (!square) {
      return mask + ", annotate(List[int], []), annotate(List[Tensor], [])";
    }
    return s.once(
        List.of("blocks", bias, q.dim(0)),
        () -> {
          String[] blocks = s.let("(self).blocks(" + mask + ", " + q.dim(0) + ")", 2);
          return mask + ", " + blocks[0] + ", " + blocks[1];
        });
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
    String[] out =
        s.let(
            "(self).attend_backward("
                + dense(s, n.inputs().get(0), c)
                + ", "
                + dense(s, q, c)
                + ", "
                + repeated(dense(s, k, c), q, k)
                + ", "
                + repeated(dense(s, n.inputs().get(3), c), q, k)
                + ", "
                + dense(s, n.inputs().get(5), c)
                + ", "
                + s.of(n.inputs().get(6))
                + ", "
                + masked(s, n.inputs().get(4), q, k, c)
                + ", "
                + Literals.number(op.scale())
                + ")",
            3);
    s.define(n.output(0), Products.cast(out[0], c, d));
    for (int i = 1; i < 3; i++) {
      String sum = out[i];
      if (q.dim(1) != k.dim(1)) {
        sum = "torch.sum(torch.reshape(" + sum + ", " + Literals.list(split(q, k)) + "), [2])";
      }
      s.define(n.output(i), Products.cast(sum, d.wide(), d));
    }
  }
}
