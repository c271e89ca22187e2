package dev.graft.engine.djl;

import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which values share memory, and until when it is read. PyTorch's reshapes, slices and the like are
 * views: the value that owns the memory is their root. Memory may be overwritten by an operation
 * when nothing after it reads the old content, and, for a variable, when the run replaces its value
 * anyway; so a step updates parameters and caches in place, and still every read of a variable sees
 * the value from before the run.
 */
final class Storage {
  private static final int END = Integer.MAX_VALUE;

  private final Graph graph;
  private final Map<Tensor, Tensor> roots = new HashMap<>();
  private final Map<Tensor, Integer> lastRead = new HashMap<>();
  private final Map<Node, Integer> position = new HashMap<>();
  private final Set<Tensor> used = new HashSet<>();

  /** The variable whose memory an operation's result took over. */
  private final Map<Tensor, String> tookOver = new HashMap<>();

  Storage(Graph graph) {
    this.graph = graph;
    for (Node n : graph.nodes()) {
      int at = position.size();
      position.put(n, at);
      for (Tensor t : n.inputs()) {
        read(t, at);
      }
      for (int i = 0; i < n.types().size(); i++) {
        Tensor out = n.output(i);
        roots.put(out, isView(n) ? root(n.inputs().get(0)) : out);
      }
    }
    graph.outputs().values().forEach(t -> read(t, END));
    graph.updates().values().forEach(t -> read(t, END));
  }

  private void read(Tensor t, int at) {
    used.add(t);
    lastRead.merge(root(t), at, Math::max);
  }

  /** True where PyTorch's operator may give its first operand, or a view of it. */
  private static boolean isView(Node n) {
    Op op = n.op();
    return op instanceof Op.Reshape
        || op instanceof Op.BroadcastTo
        || op instanceof Op.Permute
        || op instanceof Op.Slice
        || op instanceof Op.StopGradient
        || op instanceof Op.After
        || (op instanceof Op.Reduce r && r.axes().isEmpty())
        || (op instanceof Op.Cast c && c.to() == n.inputs().get(0).dtype());
  }

  private Tensor root(Tensor t) {
    return roots.getOrDefault(t, t);
  }

  /** Whether anything reads this value. */
  boolean isUsed(Tensor t) {
    return used.contains(t);
  }

  /** Whether the value was computed into memory of its own. */
  private boolean isOwned(Tensor t) {
    Op op = t.node().op();
    return root(t).equals(t)
        && !(op instanceof Op.Input)
        && !(op instanceof Op.Variable)
        && !(op instanceof Op.Constant)
        && !(op instanceof Op.Fill)
        && !(op instanceof Op.Iota);
  }

  /** Whether a node may write its result over one of its operands. */
  boolean mayOverwrite(Node by, Tensor operand) {
    boolean whole =
        isOwned(operand)
            || (operand.node().op() instanceof Op.Variable v
                && graph.updates().containsKey(v.key()));
    return whole
        && lastRead.getOrDefault(operand, END) <= position.getOrDefault(by, -1)
        && by.inputs().stream().filter(t -> root(t).equals(operand)).count() == 1;
  }

  /** Records that {@code result} was written over {@code operand}. */
  void overwrite(Tensor operand, Tensor result) {
    String variable =
        operand.node().op() instanceof Op.Variable v ? v.key() : tookOver.get(operand);
    if (variable != null) {
      tookOver.put(result, variable);
    }
  }

  /** The variable in whose memory a value stands. */
  @Nullable String variableOf(Tensor t) {
    return tookOver.get(t);
  }

  /** Whether a value may become a variable's as it is: its memory belongs to nothing else. */
  boolean mayBecomeVariable(Tensor t) {
    return isOwned(t) && !tookOver.containsKey(t);
  }
}
