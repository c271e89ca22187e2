package dev.graft.engine.tf;

import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Operation;

/** Writes a graph as a graph of TensorFlow. */
final class Lowering {
  /** Values smaller than this may be computed at any time. */
  private static final long SMALL = 1 << 16;

  /** By how many products a value may be ahead of its turn: those of a block that go together. */
  private static final int AHEAD = 4;

  /**
   * A lowered graph, within the nodes that it was written to.
   *
   * @param resources the variables' placeholders, by name
   * @param inputs the placeholders of the inputs that are read, by name
   * @param results the distinct values of the outputs
   * @param outputs by name, the index of an output's value in {@code results}
   * @param effects the operations that change variables
   */
  record Program(
      Map<String, Value> resources,
      Map<String, Value> inputs,
      List<Value> results,
      Map<String, Integer> outputs,
      List<TF_Operation> effects) {}

  private final Graph graph;
  private final Nodes nodes;
  private final Values values = new Values();
  private final Primitives primitives;
  private final Composites composites;
  private final Updates updates;
  private final Map<String, Value> inputs = new LinkedHashMap<>();

  /** The products so far, in order. */
  private final List<Tensor> products = new ArrayList<>();

  /** Of every value, how many products there were when the last one that it needs was done. */
  private final Map<Tensor, Integer> needs = new HashMap<>();

  private Lowering(Graph graph, Nodes nodes, Products products) {
    this.graph = graph;
    this.nodes = nodes;
    this.primitives = new Primitives(nodes, values, products);
    Map<Tensor, Integer> uses = uses(graph);
    this.composites = new Composites(nodes, values, products, uses.keySet());
    this.updates = new Updates(graph, nodes, values, primitives, uses);
  }

  static Program of(Graph graph, Nodes nodes, Products products) {
    return new Lowering(graph, nodes, products).lower();
  }

  /** How often every value is read; what nothing reads is not there. */
  private static Map<Tensor, Integer> uses(Graph graph) {
    Map<Tensor, Integer> uses = new HashMap<>();
    graph.nodes().forEach(n -> n.inputs().forEach(t -> uses.merge(t, 1, Integer::sum)));
    graph.outputs().values().forEach(t -> uses.merge(t, 1, Integer::sum));
    graph.updates().values().forEach(t -> uses.merge(t, 1, Integer::sum));
    return uses;
  }

  private Program lower() {
    @Nullable Tensor lastStep = null;
    for (Node n : graph.nodes()) {
      @Nullable Tensor turn = turn(n);
      if (n.op() instanceof AdamW && bytes(n) >= SMALL) {
        turn = lastStep; // one parameter after the other, or all states would be held twice
        lastStep = n.output(0);
      }
      nodes.waitFor(turn == null ? null : values.get(turn));
      lower(n);
      if (isProduct(n.op())) {
        products.add(n.output(0));
      }
      int needed = isProduct(n.op()) ? products.size() : needs(n);
      for (int i = 0; i < n.types().size(); i++) {
        needs.put(n.output(i), needed);
      }
    }
    nodes.waitFor(null);
    Map<Value, Integer> results = new LinkedHashMap<>();
    Map<String, Integer> outputs = new HashMap<>();
    graph
        .outputs()
        .forEach(
            (key, t) -> {
              Value v = values.get(t);
              results.putIfAbsent(v, results.size());
              outputs.put(key, results.getOrDefault(v, 0));
            });
    updates.finish();
    return new Program(
        updates.resources(), inputs, new ArrayList<>(results.keySet()), outputs, updates.effects());
  }

  /**
   * What a node waits for beside its operands. The order of the graph is the order in which its
   * values are wanted, but the executor starts whatever is ready: the noise of every layer at once,
   * or what the backward pass computes again from values of the forward pass; and all of it would
   * be held until its turn.
   */
  private @Nullable Tensor turn(Node n) {
    if (bytes(n) < SMALL) {
      return null;
    }
    if (needs(n) < products.size() - AHEAD) {
      return products.get(products.size() - 1);
    }
    // The parts of a composite wait for the latest operand, such as the gradient that comes in.
    return n.op() instanceof Composite
        ? n.inputs().stream()
            .filter(t -> needed(t) > 0)
            .max(Comparator.comparingInt(this::needed))
            .orElse(null)
        : null;
  }

  private int needs(Node n) {
    return n.inputs().stream().mapToInt(this::needed).max().orElse(0);
  }

  private int needed(Tensor t) {
    return needs.getOrDefault(t, 0);
  }

  private void lower(Node n) {
    if (n.op() instanceof Op.Variable v) {
      updates.read(n, v);
    } else if (n.op() instanceof Op.Input i) {
      Value value = nodes.placeholder(Types.code(n.types().get(0).dtype()));
      inputs.put(i.key(), value);
      values.put(n.output(0), value);
    } else if (!updates.lower(n) && !(n.op() instanceof Composite && composites.lower(n))) {
      primitives.lower(n);
    }
  }

  private static boolean isProduct(Op op) {
    return op instanceof Op.MatMul
        || op instanceof Linear
        || op instanceof Attention
        || op instanceof AttentionGrad
        || op instanceof LinearCrossEntropy;
  }

  private static long bytes(Node n) {
    return n.types().stream().mapToLong(TensorType::bytes).sum();
  }
}
