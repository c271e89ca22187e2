package dev.graft.engine.djl;

import static java.util.Objects.requireNonNull;

import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph as a loaded script. */
final class DjlExecutable implements Executable {
  private final DjlBackend backend;
  private final Graph graph;
  private final Torch torch;
  private final Lowering.Program program;
  private final Torch.Module module;
  private final List<NativeTensor> constants;
  private boolean open = true;

  DjlExecutable(
      DjlBackend backend,
      Graph graph,
      Torch torch,
      Lowering.Program program,
      List<NativeTensor> constants) {
    this.backend = backend;
    this.graph = graph;
    this.torch = torch;
    this.program = program;
    this.constants = List.copyOf(constants);
    this.module = torch.load(program.source());
  }

  boolean uses(String variable) {
    return graph.variables().containsKey(variable);
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    if (!open) {
      throw BackendChecks.closed(graph);
    }
    BackendChecks.inputs(graph, inputs);
    // Keeps the host memory that native tensors look at; pruned inputs are not among them.
    List<HostTensor> fed = new ArrayList<>();
    for (String key : program.inputs()) {
      fed.add(Hosts.direct(requireNonNull(inputs.get(key))));
    }
    List<NativeTensor> wrapped = new ArrayList<>();
    Deque<NativeTensor> results = new ArrayDeque<>();
    try {
      fed.forEach(v -> wrapped.add(torch.wrap(v)));
      List<NativeTensor> variables = program.variables().stream().map(backend::tensor).toList();
      results.addAll(module.run(Lowering.METHOD, List.of(variables, constants, wrapped)));
      Map<String, HostTensor> out = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> output : graph.outputs().entrySet()) {
        try (NativeTensor value = results.remove()) {
          out.put(output.getKey(), torch.copy(value, output.getValue().type()));
        }
      }
      for (String variable : program.replaced()) {
        backend.replace(
            variable, requireNonNull(graph.updates().get(variable)).type(), results.remove());
      }
      return Collections.unmodifiableMap(out);
    } finally {
      results.forEach(NativeTensor::close);
      wrapped.forEach(NativeTensor::close);
      Reference.reachabilityFence(fed);
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      module.close();
      constants.forEach(NativeTensor::close);
      backend.forget(this);
    }
  }
}
