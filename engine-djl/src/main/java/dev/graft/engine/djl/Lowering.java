package dev.graft.engine.djl;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a graph as one straight-line TorchScript method. */
final class Lowering {
  /** The method's name. */
  static final String METHOD = "forward";

  /**
   * A lowered graph. The method takes three lists (variables, constants, inputs) and returns the
   * graph's outputs, contiguous and on the host, then the new values of {@code replaced}; other
   * updated variables were updated in place.
   *
   * @param source the method, and what it calls
   * @param variables the variables read, in order
   * @param constants the constants, in order
   * @param inputs the inputs read, in order
   * @param replaced the variables that get a new tensor, in order
   */
  record Program(
      String source,
      List<String> variables,
      List<HostTensor> constants,
      List<String> inputs,
      List<String> replaced) {
    Program {
      variables = List.copyOf(variables);
      constants = List.copyOf(constants);
      inputs = List.copyOf(inputs);
      replaced = List.copyOf(replaced);
    }
  }

  private final Graph graph;
  private final Kernels kernels;
  private final Script script;
  private final Storage storage;
  private final Primitives primitives;
  private final Composites composites;
  private final List<String> variables = new ArrayList<>();
  private final List<HostTensor> constants = new ArrayList<>();
  private final List<String> inputs = new ArrayList<>();

  private Lowering(Graph graph, Kernels kernels, String device) {
    this.graph = graph;
    this.kernels = kernels;
    this.script = new Script(device);
    this.storage = new Storage(graph);
    this.primitives = new Primitives(script, storage, kernels.products());
    this.composites = new Composites(script, storage, kernels);
  }

  static Program of(Graph graph, Kernels kernels, String device) {
    return new Lowering(graph, kernels, device).lower();
  }

  private Program lower() {
    for (Node n : graph.nodes()) {
      if (n.op() instanceof Op.Variable v) {
        script.bind(n.output(0), script.let("v[" + variables.size() + "]"));
        variables.add(v.key());
      } else if (n.op() instanceof Op.Constant c) {
        script.bind(n.output(0), script.let("c[" + constants.size() + "]"));
        constants.add(c.value());
      } else if (n.op() instanceof Op.Input i) {
        script.bind(n.output(0), input(inputs.size(), n.types().get(0)));
        inputs.add(i.key());
      } else if (!(n.op() instanceof Composite) || !composites.lower(n)) {
        primitives.lower(n);
      }
    }
    List<String> results = new ArrayList<>();
    for (Tensor t : graph.outputs().values()) {
      String value = "torch.contiguous(" + script.of(t) + ")";
      results.add(
          script.let(
              script.onHost()
                  ? value
                  : "torch.to(" + value + ", device=torch.device(\"cpu\"), dtype=None)"));
    }
    List<String> replaced = new ArrayList<>();
    Set<Tensor> given = new HashSet<>();
    for (Map.Entry<String, Tensor> update : graph.updates().entrySet()) {
      Tensor t = update.getValue();
      if (update.getKey().equals(storage.variableOf(t))) {
        continue;
      }
      boolean own = storage.mayBecomeVariable(t) && given.add(t);
      results.add(
          script.let(
              own
                  ? "torch.contiguous(" + script.of(t) + ")"
                  : "torch.clone(" + script.of(t) + ", memory_format=0)"));
      replaced.add(update.getKey());
    }
    String source =
        kernels.attention().helpers()
            + "  def "
            + METHOD
            + "(self: __torch__.M, v: List[Tensor], c: List[Tensor], x: List[Tensor])"
            + " -> List[Tensor]:\n"
            + script.text()
            + "    return "
            + Literals.list(results)
            + "\n";
    return new Program(source, variables, constants, inputs, replaced);
  }

  private String input(int index, TensorType type) {
    String x = "x[" + index + "]";
    if (type.dtype() == DType.BF16) {
      x = "torch.view_copy(" + x + ", dtype=" + Literals.dtype(DType.BF16) + ")";
    }
    return script.let(script.onHost() ? x : "torch.to(" + x + ", device=" + script.device() + ")");
  }
}
