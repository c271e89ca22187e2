package dev.graft.api.tensor;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An immutable traced computation: named inputs, named variables, named outputs and variable
 * updates. It holds only nodes that an output or an update needs, in an order in which they can be
 * run.
 *
 * <p>Reads of a variable see its value from before the run; all updates take effect together at its
 * end.
 */
public final class Graph {
  private final String name;
  private final List<Node> nodes;
  private final Map<String, TensorType> inputs;
  private final Map<String, TensorType> variables;
  private final Map<String, Tensor> outputs;
  private final Map<String, Tensor> updates;

  Graph(
      String name,
      List<Node> nodes,
      Map<String, TensorType> inputs,
      Map<String, Tensor> outputs,
      Map<String, Tensor> updates,
      Map<String, TensorType> declaredVariables) {
    this.name = name;
    this.nodes = List.copyOf(nodes);
    this.inputs = ordered(inputs);
    this.outputs = ordered(outputs);
    this.updates = ordered(updates);
    Map<String, TensorType> vars = new LinkedHashMap<>();
    for (Node n : nodes) {
      if (n.op() instanceof Op.Variable v) {
        vars.put(v.key(), n.types().get(0));
      }
    }
    for (String key : updates.keySet()) {
      TensorType declared = declaredVariables.get(key);
      if (declared != null) {
        vars.put(key, declared);
      }
    }
    this.variables = ordered(vars);
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  public String name() {
    return name;
  }

  /** All nodes; operands come before their users. */
  public List<Node> nodes() {
    return nodes;
  }

  /**
   * Every declared input, also those that nothing uses any more, so that callers can feed one
   * layout to all graphs of a run.
   */
  public Map<String, TensorType> inputs() {
    return inputs;
  }

  /** The variables read or updated. */
  public Map<String, TensorType> variables() {
    return variables;
  }

  public Map<String, Tensor> outputs() {
    return outputs;
  }

  /** New values of variables, by variable name. */
  public Map<String, Tensor> updates() {
    return updates;
  }

  /** The composites that occur, by class. */
  public Set<Class<? extends Op>> composites() {
    Set<Class<? extends Op>> out = new HashSet<>();
    for (Node n : nodes) {
      if (n.op() instanceof Composite) {
        out.add(n.op().getClass());
      }
    }
    return Collections.unmodifiableSet(out);
  }

  static Set<Node> reachable(Collection<Tensor> roots) {
    Set<Node> seen = new HashSet<>();
    java.util.ArrayDeque<Node> todo = new java.util.ArrayDeque<>();
    roots.forEach(t -> todo.push(t.node()));
    while (!todo.isEmpty()) {
      Node n = todo.pop();
      if (seen.add(n)) {
        n.inputs().forEach(t -> todo.push(t.node()));
      }
    }
    return seen;
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("graph ").append(name).append(" {\n");
    inputs.forEach((k, t) -> s.append("  input ").append(k).append(": ").append(t).append('\n'));
    variables.forEach(
        (k, t) -> s.append("  variable ").append(k).append(": ").append(t).append('\n'));
    for (Node n : nodes) {
      s.append("  ").append(n).append('\n');
    }
    outputs.forEach(
        (k, t) -> s.append("  output ").append(k).append(" = ").append(t.reference()).append('\n'));
    updates.forEach(
        (k, t) -> s.append("  update ").append(k).append(" = ").append(t.reference()).append('\n'));
    return s.append("}\n").toString();
  }
}
