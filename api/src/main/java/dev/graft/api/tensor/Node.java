package dev.graft.api.tensor;

import java.util.List;

/**
 * One operation of a graph. Nodes are made by {@link Trace} only; operands always have smaller ids,
 * so id order is a topological order.
 */
public final class Node {
  private final Trace trace;
  private final int id;
  private final Op op;
  private final List<Tensor> inputs;
  private final List<TensorType> types;
  private final String site;

  Node(Trace trace, int id, Op op, List<Tensor> inputs, List<TensorType> types, String site) {
    this.trace = trace;
    this.id = id;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.types = List.copyOf(types);
    this.site = site;
  }

  Trace trace() {
    return trace;
  }

  public int id() {
    return id;
  }

  public Op op() {
    return op;
  }

  public List<Tensor> inputs() {
    return inputs;
  }

  /** The type of every output; primitives have one, composites may have several. */
  public List<TensorType> types() {
    return types;
  }

  /**
   * The part of the model that traced this node, for example {@code model.layers.3.mlp}; may be
   * empty.
   */
  public String site() {
    return site;
  }

  /** An output of this node. */
  public Tensor output(int index) {
    return new Tensor(this, index);
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    s.append('%').append(id).append(": ");
    for (int i = 0; i < types.size(); i++) {
      s.append(i == 0 ? "" : ", ").append(types.get(i));
    }
    s.append(" = ").append(op.name());
    String attributes = GraphText.attributes(op);
    s.append(attributes).append('(');
    for (int i = 0; i < inputs.size(); i++) {
      s.append(i == 0 ? "" : ", ").append(inputs.get(i).reference());
    }
    s.append(')');
    return site.isEmpty() ? s.toString() : s.append("  # ").append(site).toString();
  }
}
