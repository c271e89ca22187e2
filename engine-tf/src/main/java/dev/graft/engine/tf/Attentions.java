package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;

/**
 * Attention and its gradient. Query heads of one kv head are folded into rows, so that keys and
 * values need no copies, and scales act on the small operands.
 */
final class Attentions {
  private final Nodes nodes;
  private final Values values;
  private final Products products;

  Attentions(Nodes nodes, Values values, Products products) {
    this.nodes = nodes;
    this.values = values;
    this.products = products;
  }

  /**
   * @param withLse whether anything reads the log-sum-exp
   */
  void forward(Node n, double scale, boolean withLse) {
    Tensor q = n.inputs().get(0);
    Tensor k = n.inputs().get(1);
    DType d = q.dtype();
    DType wide = d.wide();
    Value scores = scores(q, k, n.inputs().get(3), scale);
    Value p = nodes.unary("Softmax", scores);
    Value grouped = nodes.reshape(nodes.cast(p, wide, d), groupedScores(q, k));
    Value out = products.multiply(d, 4, grouped, in(n, 2), false, false);
    values.put(n.output(0), nodes.reshape(out, q.shape()));
    if (withLse) {
      // The largest probability is exp(largest score − lse): two reads instead of four passes.
      Value top = nodes.reduce("Max", scores, new int[] {3}, false);
      Value most = nodes.unary("Log", nodes.reduce("Max", p, new int[] {3}, false));
      values.put(n.output(1), nodes.binary("Sub", top, most));
    }
  }

  void backward(Node n, double scale) {
    Tensor q = n.inputs().get(1);
    Tensor k = n.inputs().get(2);
    DType d = q.dtype();
    DType wide = d.wide();
    Shape grouped = groupedScores(q, k);
    Shape full = fullScores(q, k);
    Shape rows = groupedQueries(q, k);
    Value lse = nodes.reshape(in(n, 6), full.with(3, 1));
    Value scores = scores(q, k, n.inputs().get(4), scale);
    Value p = nodes.unary("Exp", nodes.binary("Sub", scores, lse));
    Value dOut = nodes.reshape(in(n, 0), rows);
    Value narrow = nodes.cast(nodes.reshape(p, grouped), wide, d);
    values.put(n.output(2), products.multiply(d, 4, narrow, dOut, true, false));
    Value dP = products.wide(d, 4, dOut, in(n, 3), false, true);
    Value product =
        nodes.binary("Mul", nodes.cast(in(n, 0), d, wide), nodes.cast(in(n, 5), d, wide));
    Value delta = nodes.reshape(nodes.reduce("Sum", product, new int[] {3}, true), rows.with(3, 1));
    Value dScores = nodes.binary("Mul", nodes.reshape(p, grouped), nodes.binary("Sub", dP, delta));
    Value ds = nodes.cast(dScores, wide, d);
    Value scaledK = times(in(n, 2), k.type(), scale);
    Value dq = products.multiply(d, 4, ds, scaledK, false, false);
    values.put(n.output(0), nodes.reshape(dq, q.shape()));
    Value scaledQ = nodes.reshape(times(in(n, 1), q.type(), scale), rows);
    values.put(n.output(1), products.multiply(d, 4, ds, scaledQ, true, false));
  }

  private Value in(Node n, int i) {
    return values.get(n.inputs().get(i));
  }

  /** scale·q·kᵀ + bias in the wide dtype, [b, h, t, s]. */
  private Value scores(Tensor q, Tensor k, Tensor bias, double scale) {
    DType d = q.dtype();
    Value scaled = nodes.reshape(times(values.get(q), q.type(), scale), groupedQueries(q, k));
    Value product = products.wide(d, 4, scaled, values.get(k), false, true);
    Value plain = nodes.reshape(product, fullScores(q, k));
    return nodes.binary("AddV2", plain, nodes.cast(values.get(bias), d, d.wide()));
  }

  /** Scaling in the wide dtype, so that a bf16 operand is rounded no more often than it must be. */
  private Value times(Value x, TensorType type, double factor) {
    DType d = type.dtype();
    Value wide = nodes.cast(x, d, d.wide());
    return nodes.cast(nodes.binary("Mul", wide, nodes.scalar(d.wide(), factor)), d.wide(), d);
  }

  private static Shape fullScores(Tensor q, Tensor k) {
    return Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
  }

  private static Shape groupedQueries(Tensor q, Tensor k) {
    return Shape.of(q.dim(0), k.dim(1), q.dim(1) / k.dim(1) * q.dim(2), q.dim(3));
  }

  private static Shape groupedScores(Tensor q, Tensor k) {
    return groupedQueries(q, k).with(3, k.dim(2));
  }
}
