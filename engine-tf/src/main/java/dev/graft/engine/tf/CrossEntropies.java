package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cross-entropy, its gradient, and both with the head's product in chunks. */
final class CrossEntropies {
  private final Nodes nodes;
  private final Values values;
  private final Products products;

  CrossEntropies(Nodes nodes, Values values, Products products) {
    this.nodes = nodes;
    this.values = values;
    this.products = products;
  }

  void loss(Node n) {
    DType d = n.inputs().get(0).dtype();
    values.put(n.output(0), both(nodes.cast(in(n, 0), d, d.wide()), in(n, 1))[0]);
  }

  void gradient(Node n) {
    DType d = n.inputs().get(1).dtype();
    int rows = n.inputs().get(1).dim(0);
    Value slope = both(nodes.cast(in(n, 1), d, d.wide()), in(n, 2))[1];
    Value dLoss = nodes.reshape(in(n, 0), Shape.of(rows, 1));
    values.put(n.output(0), nodes.cast(nodes.binary("Mul", slope, dLoss), d.wide(), d));
  }

  /** One chunk after the other, as the executor would start all at once. */
  void withHead(Node n, int chunk, boolean gradient) {
    Tensor hidden = n.inputs().get(0);
    Tensor weight = n.inputs().get(1);
    TensorType targets = n.inputs().get(2).type();
    DType d = hidden.dtype();
    Value w = in(n, 1);
    List<Value> losses = new ArrayList<>();
    List<Value> slopes = new ArrayList<>();
    @Nullable Value last = null;
    DType c = products.computeType(d);
    if (c != d) {
      w = nodes.op("Cast").in(w).type("DstT", Types.code(c)).after(in(n, 0)).build();
    }
    for (int from = 0; from < hidden.dim(0); from += chunk) {
      int to = Math.min(hidden.dim(0), from + chunk);
      Value rows = nodes.slice(in(n, 0), hidden.type(), 0, from, to);
      Value operand =
          c != d || last != null
              ? nodes.op("Identity").in(nodes.cast(rows, d, c)).after(last).build()
              : rows;
      Value logits = products.wide(c, 2, operand, w, false, true);
      Value[] both = both(logits, nodes.slice(in(n, 2), targets, 0, from, to));
      losses.add(both[0]);
      last = both[0];
      if (gradient) {
        Value narrow = nodes.cast(both[1], d.wide(), c);
        last = nodes.cast(products.multiply(c, 2, narrow, w, false, false), c, d);
        slopes.add(last);
      }
    }
    if (losses.isEmpty()) {
      values.put(
          n.output(0), nodes.cast(nodes.reshape(in(n, 2), Shape.of(0)), DType.I64, d.wide()));
      values.put(n.output(1), nodes.reshape(in(n, 0), Shape.of(0, weight.dim(1))));
      return;
    }
    values.put(n.output(0), nodes.concat(losses, 0));
    if (gradient) {
      values.put(n.output(1), nodes.concat(slopes, 0));
    }
  }

  /** The losses [n], and softmax(logits) − onehot(target) [n, v]. */
  private Value[] both(Value logits, Value targets) {
    return nodes.op("SparseSoftmaxCrossEntropyWithLogits").in(logits).in(targets).build(2);
  }

  private Value in(Node n, int i) {
    return values.get(n.inputs().get(i));
  }
}
