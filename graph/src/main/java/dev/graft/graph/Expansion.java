package dev.graft.graph;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rewrites composites that a backend does not fuse into their decompositions. */
public final class Expansion {
  private Expansion() {}

  /** Compiles a graph for a backend, with whatever the backend does not fuse expanded. */
  public static Executable compile(Backend backend, Graph graph) {
    return backend.compile(expand(graph, backend.capabilities().fused()));
  }

  /**
   * The same computation, holding no composite whose name is not in {@code fused}. What the
   * decompositions compute and nothing uses is left out.
   */
  public static Graph expand(Graph graph, Set<String> fused) {
    Graph g = graph;
    while (g.nodes().stream().anyMatch(n -> mustExpand(n, fused))) {
      g = pass(g, fused); // a decomposition may hold composites itself
    }
    return g;
  }

  private static boolean mustExpand(Node n, Set<String> fused) {
    return n.op() instanceof Composite && !fused.contains(n.op().name());
  }

  private static Graph pass(Graph graph, Set<String> fused) {
    Trace trace = new Trace(graph.name());
    graph.inputs().forEach(trace::input);
    graph.variables().forEach(trace::variable);
    Map<Tensor, Tensor> image = new HashMap<>();
    for (Node n : graph.nodes()) {
      List<Tensor> operands = new ArrayList<>();
      n.inputs().forEach(t -> operands.add(at(image, t)));
      if (mustExpand(n, fused)) {
        Composite c = (Composite) n.op();
        List<Tensor> values = trace.at(n.site(), () -> c.decompose(operands));
        for (int i = 0; i < values.size(); i++) {
          image.put(n.output(i), values.get(i));
        }
      } else {
        Node copy = trace.copy(n, operands);
        for (int i = 0; i < n.types().size(); i++) {
          image.put(n.output(i), copy.output(i));
        }
      }
    }
    graph.outputs().forEach((k, t) -> trace.output(k, at(image, t)));
    graph.updates().forEach((k, t) -> trace.update(k, at(image, t)));
    return trace.build();
  }

  private static Tensor at(Map<Tensor, Tensor> image, Tensor t) {
    Tensor found = image.get(t);
    if (found == null) {
      throw new IllegalStateException("operand " + t + " comes after its user");
    }
    return found;
  }
}
