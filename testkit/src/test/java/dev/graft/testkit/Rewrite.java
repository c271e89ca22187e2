package dev.graft.testkit;

import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** A graph with some nodes computed in another, wrong, way. */
final class Rewrite {
  private Rewrite() {}

  /** The function gives another value for a node on its new operands, or nothing to keep it. */
  static Graph of(Graph graph, BiFunction<Node, List<Tensor>, Optional<Tensor>> change) {
    Trace t = new Trace(graph.name());
    graph.inputs().forEach(t::input);
    graph.variables().forEach(t::variable);
    Map<Tensor, Tensor> image = new HashMap<>();
    for (Node n : graph.nodes()) {
      List<Tensor> operands = n.inputs().stream().map(in -> at(image, in)).toList();
      Optional<Tensor> other = change.apply(n, operands);
      if (other.isPresent()) {
        image.put(n.output(0), other.get());
      } else {
        Node copy = t.copy(n, operands);
        for (int i = 0; i < n.types().size(); i++) {
          image.put(n.output(i), copy.output(i));
        }
      }
    }
    graph.outputs().forEach((k, y) -> t.output(k, at(image, y)));
    graph.updates().forEach((k, y) -> t.update(k, at(image, y)));
    return t.build();
  }

  private static Tensor at(Map<Tensor, Tensor> image, Tensor t) {
    Tensor found = image.get(t);
    if (found == null) {
      throw new IllegalStateException("operand " + t + " comes after its user");
    }
    return found;
  }
}
