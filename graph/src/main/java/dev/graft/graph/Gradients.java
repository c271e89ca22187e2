package dev.graft.graph;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Reverse-mode differentiation as a graph transformation: appends the backward pass to the trace
 * that holds the forward pass. Composites with a good adjoint use it ({@link CompositeAdjoints});
 * others are differentiated through their decomposition. Only values that depend on what is
 * differentiated for get gradient nodes.
 */
public final class Gradients {
  private Gradients() {}

  /**
   * The gradients of a scalar.
   *
   * @param loss a floating scalar of an open trace
   * @param wrt floating tensors of the same trace; usually variables
   * @return for each of {@code wrt} a tensor of its type; zeros where the loss does not depend on
   *     it
   */
  public static List<Tensor> of(Tensor loss, List<Tensor> wrt) {
    return of(loss, wrt, List.of());
  }

  /**
   * The gradients of a scalar, from a backward pass that keeps less of the forward pass: what lies
   * between two checkpoints is computed again when its turn comes. Gradients are the same.
   *
   * @param loss a floating scalar of an open trace
   * @param wrt floating tensors of the same trace; usually variables
   * @param checkpoints values on the way from {@code wrt} to the loss that are kept, in the order
   *     in which they were traced; usually what enters each block of a model, and what leaves the
   *     last
   * @return for each of {@code wrt} a tensor of its type; zeros where the loss does not depend on
   *     it
   */
  public static List<Tensor> of(Tensor loss, List<Tensor> wrt, List<Tensor> checkpoints) {
    if (loss.shape().rank() != 0 || !loss.dtype().isFloating()) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected a floating scalar to differentiate, received " + loss);
    }
    List<Optional<Tensor>> grads =
        pullBack(
            List.of(loss),
            List.of(loss.trace().fill(1, loss.type())),
            wrt,
            false,
            new Recomputation(checkpoints));
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < wrt.size(); i++) {
      Tensor target = wrt.get(i);
      out.add(grads.get(i).orElseGet(() -> target.trace().zeros(target.type())));
    }
    return out;
  }

  /**
   * The vector–Jacobian product: for each of {@code wrt} Σ ∂output/∂wrt · gradient, empty where no
   * output depends on it.
   *
   * @param independent whether {@code wrt} are taken as independent of each other: nothing flows on
   *     from one of them to another that it was computed from. Operands of one operation are; what
   *     a caller asks for is not.
   * @param recomputation decides which values the adjoints read
   */
  private static List<Optional<Tensor>> pullBack(
      List<Tensor> outputs,
      List<Tensor> gradients,
      List<Tensor> wrt,
      boolean independent,
      Recomputation recomputation) {
    for (Tensor t : wrt) {
      if (!t.dtype().isFloating()) {
        throw new GraftException(
            ErrorCode.GRAPH_DTYPE,
            "expected a floating tensor to differentiate for, received " + t);
      }
    }
    Set<Tensor> targets = new HashSet<>(wrt);
    Set<Tensor> ends = independent ? targets : Set.of();
    Set<Node> relevant = relevant(outputs, targets, ends);
    Adjoints adjoints = new Adjoints();
    PriorityQueue<Node> todo =
        new PriorityQueue<>((a, b) -> Integer.compare(b.id(), a.id())); // users before operands
    Set<Node> queued = new HashSet<>();
    for (int i = 0; i < outputs.size(); i++) {
      Tensor o = outputs.get(i);
      if (relevant.contains(o.node()) || targets.contains(o)) {
        adjoints.add(o, gradients.get(i));
        if (!ends.contains(o) && queued.add(o.node())) {
          todo.add(o.node());
        }
      }
    }
    while (!todo.isEmpty()) {
      Node node = todo.remove();
      if (!relevant.contains(node)) {
        continue;
      }
      List<Optional<Tensor>> incoming = new ArrayList<>();
      for (int i = 0; i < node.types().size(); i++) {
        Tensor o = node.output(i);
        incoming.add(ends.contains(o) ? Optional.empty() : adjoints.get(o));
      }
      if (incoming.stream().allMatch(Optional::isEmpty)) {
        continue;
      }
      boolean[] wanted = new boolean[node.inputs().size()];
      for (int i = 0; i < wanted.length; i++) {
        Tensor in = node.inputs().get(i);
        wanted[i] =
            in.dtype().isFloating() && (relevant.contains(in.node()) || targets.contains(in));
      }
      List<Optional<Tensor>> contributions =
          outputs
              .get(0)
              .trace()
              .at(
                  node.site(),
                  () -> contributions(recomputation.node(node, adjoints::get), incoming, wanted));
      for (int i = 0; i < wanted.length; i++) {
        Tensor in = node.inputs().get(i);
        if (wanted[i] && contributions.get(i).isPresent()) {
          adjoints.add(in, contributions.get(i).get());
          if (!ends.contains(in) && queued.add(in.node())) {
            todo.add(in.node());
          }
        }
      }
    }
    return wrt.stream().map(adjoints::get).toList();
  }

  private static List<Optional<Tensor>> contributions(
      Node node, List<Optional<Tensor>> incoming, boolean[] wanted) {
    if (!(node.op() instanceof Composite c)) {
      return incoming.get(0).isEmpty()
          ? none(wanted.length)
          : PrimitiveAdjoints.of(node, incoming.get(0).get(), wanted);
    }
    Optional<List<Optional<Tensor>>> known = CompositeAdjoints.of(node, incoming, wanted);
    if (known.isPresent()) {
      return known.get();
    }
    List<Tensor> outputs = c.decompose(node.inputs());
    List<Tensor> used = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      if (incoming.get(i).isPresent()) {
        used.add(outputs.get(i));
        gradients.add(incoming.get(i).get());
      }
    }
    List<Tensor> wrt = new ArrayList<>();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i]) {
        wrt.add(node.inputs().get(i));
      }
    }
    List<Optional<Tensor>> found =
        pullBack(used, gradients, wrt, true, new Recomputation(List.of()));
    List<Optional<Tensor>> out = new ArrayList<>();
    int next = 0;
    for (boolean w : wanted) {
      out.add(w ? found.get(next++) : Optional.empty());
    }
    return out;
  }

  static List<Optional<Tensor>> none(int n) {
    List<Optional<Tensor>> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(Optional.empty());
    }
    return out;
  }

  /**
   * The nodes through which a gradient reaches a target: those with a target among their ancestors'
   * outputs.
   */
  private static Set<Node> relevant(List<Tensor> outputs, Set<Tensor> targets, Set<Tensor> ends) {
    List<Node> order = ancestors(outputs, ends);
    Set<Node> relevant = new HashSet<>();
    for (Node n : order) {
      for (Tensor in : n.inputs()) {
        if (targets.contains(in) || relevant.contains(in.node())) {
          relevant.add(n);
          break;
        }
      }
    }
    return relevant;
  }

  /** The nodes that compute the outputs, not going beyond the ends. */
  private static List<Node> ancestors(List<Tensor> outputs, Set<Tensor> ends) {
    Set<Node> seen = new HashSet<>();
    List<Tensor> todo = new ArrayList<>(outputs);
    while (!todo.isEmpty()) {
      Tensor t = todo.remove(todo.size() - 1);
      if (!ends.contains(t) && seen.add(t.node())) {
        todo.addAll(t.node().inputs());
      }
    }
    return seen.stream().sorted((a, b) -> Integer.compare(a.id(), b.id())).toList();
  }

  /** Sums of the gradients that arrive at each value. */
  private static final class Adjoints {
    private final Map<Tensor, Tensor> sums = new HashMap<>();

    void add(Tensor value, Tensor gradient) {
      if (!gradient.type().equals(value.type())) {
        throw new GraftException(
            ErrorCode.GRAPH_INVALID,
            "expected a gradient of type "
                + value.type()
                + " for the output of "
                + value.node()
                + ", received "
                + gradient.type());
      }
      sums.merge(value, gradient, Tensor::plus);
    }

    Optional<Tensor> get(Tensor value) {
      return Optional.ofNullable(sums.get(value));
    }
  }

  /** Reduces a gradient to the shape of an operand that was broadcast. */
  static Tensor unbroadcast(Tensor gradient, Tensor operand) {
    if (gradient.shape().equals(operand.shape())) {
      return gradient;
    }
    int extra = gradient.shape().rank() - operand.shape().rank();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < gradient.shape().rank(); i++) {
      if (i < extra || (operand.dim(i - extra) == 1 && gradient.dim(i) != 1)) {
        axes.add(i);
      }
    }
    Tensor sum =
        axes.isEmpty()
            ? gradient
            : gradient.sum(axes.stream().mapToInt(Integer::intValue).toArray());
    return sum.reshape(operand.shape());
  }

  static Tensor scalar(Trace trace, double value, DType dtype) {
    return trace.fill(
        value, new dev.graft.api.tensor.TensorType(dtype, dev.graft.api.tensor.Shape.scalar()));
  }
}
