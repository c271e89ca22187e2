package dev.graft.graph;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one run of a graph costs.
 *
 * @param flops floating-point operations; a multiplication and an addition count as two
 * @param bytesMoved bytes read and written by all operations, each operand counted once per use
 * @param peakBytes the largest sum of live intermediate values when nodes run in order and each
 *     value is freed after its last use; inputs and variables not counted
 * @param variableBytes the sizes of all variables that the graph reads or updates
 */
public record Cost(long flops, long bytesMoved, long peakBytes, long variableBytes) {
  /** Counts a graph; composites count as one operation each when they are still there. */
  public static Cost of(Graph graph) {
    long flops = 0;
    long moved = 0;
    for (Node n : graph.nodes()) {
      flops += flops(n);
      moved += isView(n.op()) ? 0 : bytes(n);
    }
    long variables = graph.variables().values().stream().mapToLong(TensorType::bytes).sum();
    return new Cost(flops, moved, peak(graph), variables);
  }

  private static long bytes(Node n) {
    if (isLeaf(n.op())) {
      return 0;
    }
    long out = n.types().stream().mapToLong(TensorType::bytes).sum();
    return out + n.inputs().stream().mapToLong(t -> t.type().bytes()).sum();
  }

  private static long flops(Node n) {
    Op op = n.op();
    if (op instanceof Composite c) {
      return c.flops(n.inputs().stream().map(Tensor::type).toList());
    }
    if (op instanceof Op.MatMul m) {
      int inner = n.inputs().get(0).dim(m.transposeA() ? -2 : -1);
      return 2 * n.types().get(0).shape().size() * inner;
    }
    if (op instanceof Op.Unary || op instanceof Op.Binary || op instanceof Op.Where) {
      return n.types().get(0).shape().size();
    }
    if (op instanceof Op.Reduce || op instanceof Op.ArgMax || op instanceof Op.ScatterAdd) {
      return n.inputs().get(0).shape().size();
    }
    return 0;
  }

  private static boolean isLeaf(Op op) {
    return op instanceof Op.Input
        || op instanceof Op.Variable
        || op instanceof Op.Constant
        || op instanceof Op.Fill;
  }

  /** Operations that engines do without touching the elements. */
  private static boolean isView(Op op) {
    return isLeaf(op)
        || op instanceof Op.Reshape
        || op instanceof Op.BroadcastTo
        || op instanceof Op.Permute
        || op instanceof Op.Slice
        || op instanceof Op.StopGradient
        || op instanceof Op.After;
  }

  private static long peak(Graph graph) {
    List<Node> nodes = graph.nodes();
    // A view keeps what it looks at alive, so uses are counted at the value that owns the memory.
    Map<Tensor, Tensor> owner = new HashMap<>();
    Map<Tensor, Integer> last = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      for (Tensor in : n.inputs()) {
        last.put(owner.getOrDefault(in, in), i);
      }
      boolean view = isView(n.op()) && !n.inputs().isEmpty();
      for (int k = 0; k < n.types().size(); k++) {
        Tensor out = n.output(k);
        Tensor first = view ? n.inputs().get(0) : out;
        owner.put(out, view ? owner.getOrDefault(first, first) : out);
      }
    }
    graph.outputs().values().forEach(t -> last.put(owner.getOrDefault(t, t), nodes.size()));
    graph.updates().values().forEach(t -> last.put(owner.getOrDefault(t, t), nodes.size()));
    Map<Integer, Long> freedAfter = new HashMap<>();
    long live = 0;
    long peak = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      if (!isView(n.op())) {
        for (int k = 0; k < n.types().size(); k++) {
          long size = n.types().get(k).bytes();
          live += size;
          freedAfter.merge(last.getOrDefault(n.output(k), i), size, Long::sum);
        }
      }
      peak = Math.max(peak, live);
      live -= freedAfter.getOrDefault(i, 0L);
    }
    return peak;
  }

  /** For people: {@code 1.2 GFLOP, 34 MB peak, 5 MB of variables}. */
  @Override
  public String toString() {
    return String.format(
        java.util.Locale.ROOT,
        "%.3g GFLOP, %.1f MB moved, %.1f MB peak, %.1f MB of variables",
        flops / 1e9,
        bytesMoved / 1e6,
        peakBytes / 1e6,
        variableBytes / 1e6);
  }
}
