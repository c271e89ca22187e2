package dev.graft.engine.tf;

import static java.util.Objects.requireNonNull;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Operation;

/**
 * Variables and their updates. A variable is read once, before anything changes it. A sum and a
 * write into a slice change the variable's memory in place where the graph makes the result the
 * variable's new value and nothing else reads the old one. All other new values are assigned, which
 * frees the old memory as soon as its last reader is done.
 */
final class Updates {
  private final Graph graph;
  private final Nodes nodes;
  private final Values values;
  private final Primitives primitives;
  private final Map<String, Value> resources = new LinkedHashMap<>();
  private final Map<String, Value> reads = new HashMap<>();
  private final Map<Tensor, Integer> uses;
  private final Set<String> done = new HashSet<>();
  private final List<TF_Operation> effects = new ArrayList<>();

  /**
   * @param uses how often every value is read, outputs and updates included
   */
  Updates(
      Graph graph, Nodes nodes, Values values, Primitives primitives, Map<Tensor, Integer> uses) {
    this.graph = graph;
    this.nodes = nodes;
    this.values = values;
    this.primitives = primitives;
    this.uses = uses;
    graph.variables().keySet().forEach(k -> resources.put(k, nodes.placeholder(Types.RESOURCE)));
  }

  /** The placeholders of the variables, in the order of the graph's. */
  Map<String, Value> resources() {
    return resources;
  }

  /** The operations that change variables. */
  List<TF_Operation> effects() {
    return effects;
  }

  private Value resource(String key) {
    return requireNonNull(resources.get(key));
  }

  /** Lowers the read of a variable, unless only an update in place wants it. */
  void read(Node n, Op.Variable v) {
    Tensor update = graph.updates().get(v.key());
    if (update != null && Objects.equals(n.output(0), changedInPlace(update.node()))) {
      return;
    }
    Value read = readAfter(v.key(), n.output(0).dtype(), null);
    reads.put(v.key(), read);
    values.put(n.output(0), read);
  }

  /** The variable that a node changes in place, as an operand of the node; null for none. */
  private @Nullable Tensor changedInPlace(Node n) {
    for (Tensor t : n.inputs()) {
      if (t.node().op() instanceof Op.Variable v
          && uses.getOrDefault(t, 0) == 1
          && Objects.equals(n.output(0), graph.updates().get(v.key()))
          && (isSum(t, n) || (n.op() instanceof Op.UpdateSlice && t.equals(n.inputs().get(0))))) {
        return t;
      }
    }
    return null;
  }

  private static boolean isSum(Tensor variable, Node n) {
    return n.op() instanceof Op.Binary b
        && b.function() == Op.BinaryFunction.ADD
        && variable.dtype().isFloating()
        && variable.dtype() != DType.BF16
        && n.inputs().stream().allMatch(t -> t.shape().equals(variable.shape()))
        && n.inputs().stream().filter(t -> t.equals(variable)).count() == 1;
  }

  private Value readAfter(String key, DType dtype, @Nullable TF_Operation change) {
    Nodes.Builder read =
        nodes.op("ReadVariableOp").in(resource(key)).type("dtype", Types.code(dtype));
    return (change == null ? read : read.after(change)).build();
  }

  private Nodes.Builder change(String type, String key) {
    return nodes.op(type).in(resource(key)).after(reads.get(key));
  }

  /** The result of a change: read again only if anything but the update wants it. */
  private void changed(String key, Tensor result, TF_Operation change) {
    done.add(key);
    effects.add(change);
    if (uses.getOrDefault(result, 0) > 1) {
      values.put(result, readAfter(key, result.dtype(), change));
    }
  }

  /** Lowers a node as a change in place; false where it has to be lowered as any other. */
  boolean lower(Node n) {
    Tensor variable = changedInPlace(n);
    if (variable == null || !(variable.node().op() instanceof Op.Variable v)) {
      return false;
    }
    if (n.op() instanceof Op.UpdateSlice u) {
      updateSlice(n, v.key(), u.axis());
    } else {
      add(n, v.key(), variable);
    }
    return true;
  }

  private void add(Node n, String key, Tensor variable) {
    Tensor other = n.inputs().get(n.inputs().get(0).equals(variable) ? 1 : 0);
    TF_Operation change =
        change("AssignAddVariableOp", key)
            .in(values.get(other))
            .type("dtype", Types.code(variable.dtype()))
            .operation();
    changed(key, n.output(0), change);
  }

  private void updateSlice(Node n, String key, int axis) {
    Primitives.Range range = primitives.range(n, axis);
    TF_Operation change =
        change("ResourceStridedSliceAssign", key)
            .in(range.begin())
            .in(range.end())
            .in(range.strides())
            .in(values.get(n.inputs().get(1)))
            .integer("begin_mask", range.mask())
            .integer("end_mask", range.mask())
            .operation();
    changed(key, n.output(0), change);
  }

  /** Assigns every update that was not made in place. */
  void finish() {
    graph
        .updates()
        .forEach(
            (key, t) -> {
              if (!done.contains(key)) {
                effects.add(
                    change("AssignVariableOp", key)
                        .in(values.get(t))
                        .type("dtype", Types.code(t.dtype()))
                        .operation());
              }
            });
  }
}
