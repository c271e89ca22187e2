package dev.graft.engine.reference;

import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the nodes in order, one slot each, and drops every value after its last use. */
final class ReferenceExecutable implements Executable {
  private static final int KEPT = Integer.MAX_VALUE;

  private final ReferenceBackend backend;
  private final Graph graph;
  private final Map<Node, Integer> slots = new HashMap<>();

  /** Null where the value comes from outside: inputs and variables. */
  private final @Nullable Kernel[] kernels;

  private final int[][] operands;

  /** For every node, the slots that nothing needs after it. */
  private final int[][] dead;

  private boolean closed;

  ReferenceExecutable(ReferenceBackend backend, Graph graph) {
    this.backend = backend;
    this.graph = graph;
    List<Node> nodes = graph.nodes();
    kernels = new Kernel[nodes.size()];
    operands = new int[nodes.size()][];
    int[] lastUse = new int[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      slots.put(n, i);
      operands[i] = n.inputs().stream().mapToInt(this::slot).toArray();
      kernels[i] = Kernels.of(n);
      lastUse[i] = i;
      for (int o : operands[i]) {
        lastUse[o] = i;
      }
    }
    graph.outputs().values().forEach(t -> lastUse[slot(t)] = KEPT);
    graph.updates().values().forEach(t -> lastUse[slot(t)] = KEPT);
    dead = new int[nodes.size()][];
    for (int i = 0; i < dead.length; i++) {
      int at = i;
      dead[i] =
          Arrays.stream(operands[i]).filter(o -> lastUse[o] == at).distinct().sorted().toArray();
    }
  }

  private int slot(Tensor t) {
    Integer slot = slots.get(t.node());
    if (slot == null) {
      throw new IllegalStateException("operand " + t + " does not precede its user");
    }
    return slot;
  }

  Graph graph() {
    return graph;
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    backend.checkOpen();
    if (closed) {
      throw BackendChecks.closed(graph);
    }
    BackendChecks.inputs(graph, inputs);
    @Nullable Object[] values = new Object[kernels.length];
    List<Node> nodes = graph.nodes();
    for (int i = 0; i < kernels.length; i++) {
      values[i] = compute(nodes.get(i), i, values, inputs);
      for (int d : dead[i]) {
        values[d] = null;
      }
    }
    Map<String, ReferenceBackend.Variable> updates = new LinkedHashMap<>();
    graph
        .updates()
        .forEach(
            (key, t) ->
                updates.put(
                    key,
                    new ReferenceBackend.Variable(
                        t.type(), Data.round(t.dtype(), value(values, slot(t))))));
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    graph
        .outputs()
        .forEach((key, t) -> outputs.put(key, Data.toHost(t.type(), value(values, slot(t)))));
    backend.update(updates);
    return outputs;
  }

  private Object compute(Node n, int i, @Nullable Object[] values, Map<String, HostTensor> inputs) {
    if (n.op() instanceof Op.Input in) {
      HostTensor given = inputs.get(in.key());
      if (given == null) {
        throw new IllegalStateException("input '" + in.key() + "' was not checked");
      }
      return Data.fromHost(given);
    }
    if (n.op() instanceof Op.Variable v) {
      return backend.variable(v.key()).data();
    }
    Kernel kernel = kernels[i];
    if (kernel == null) {
      throw new IllegalStateException("no kernel for " + n);
    }
    Object[] in = new Object[operands[i].length];
    for (int k = 0; k < in.length; k++) {
      in[k] = value(values, operands[i][k]);
    }
    try {
      return kernel.run(in);
    } catch (GraftException e) {
      String site = n.site().isEmpty() ? "" : n.site() + ": ";
      throw new GraftException(
          e.code(),
          site + n.op().name() + " in graph '" + graph.name() + "': " + e.getMessage(),
          e);
    }
  }

  private static Object value(@Nullable Object[] values, int slot) {
    Object v = values[slot];
    if (v == null) {
      throw new IllegalStateException("value " + slot + " was dropped too early");
    }
    return v;
  }

  @Override
  public void close() {
    closed = true;
    backend.closed(this);
  }
}
