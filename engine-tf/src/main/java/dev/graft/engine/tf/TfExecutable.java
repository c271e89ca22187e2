package dev.graft.engine.tf;

import static java.util.Objects.requireNonNull;

import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph as a function of a context. */
final class TfExecutable implements Executable {
  private final TfBackend backend;
  private final Graph graph;
  private final Context context;
  private final String function;
  private final List<String> variables;
  private final List<String> inputs;
  private final Map<String, Integer> outputs;
  private final int[] inputTypes;
  private final int[] resultTypes;
  private final TensorType[] results;
  private boolean open = true;

  /**
   * @param function the function's name; its arguments are the program's resources, then its inputs
   */
  TfExecutable(
      TfBackend backend, Graph graph, Context context, String function, Lowering.Program program) {
    this.backend = backend;
    this.graph = graph;
    this.context = context;
    this.function = function;
    this.variables = List.copyOf(program.resources().keySet());
    this.inputs = List.copyOf(program.inputs().keySet());
    this.outputs = Map.copyOf(program.outputs());
    this.inputTypes = new int[variables.size() + inputs.size()];
    for (int i = 0; i < inputTypes.length; i++) {
      inputTypes[i] =
          i < variables.size()
              ? Types.RESOURCE
              : Types.code(
                  requireNonNull(graph.inputs().get(inputs.get(i - variables.size()))).dtype());
    }
    this.results = new TensorType[program.results().size()];
    outputs.forEach(
        (key, index) -> results[index] = requireNonNull(graph.outputs().get(key)).type());
    this.resultTypes = new int[results.length];
    for (int i = 0; i < results.length; i++) {
      resultTypes[i] = Types.code(results[i].dtype());
    }
  }

  boolean uses(String variable) {
    return graph.variables().containsKey(variable);
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> given) {
    if (!open) {
      throw BackendChecks.closed(graph);
    }
    BackendChecks.inputs(graph, given);
    List<Handle> fed = new ArrayList<>();
    List<Handle> got = new ArrayList<>();
    try {
      List<Handle> arguments = new ArrayList<>();
      variables.forEach(v -> arguments.add(backend.resource(v)));
      for (String key : inputs) {
        HostTensor value = requireNonNull(given.get(key));
        fed.add(context.toDevice(value, value.dtype()));
      }
      arguments.addAll(fed);
      got.addAll(context.call(function, arguments, inputTypes, resultTypes));
      HostTensor[] values = new HostTensor[results.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = context.toHost(got.get(i), results[i]);
      }
      graph.updates().keySet().forEach(backend::written);
      Map<String, HostTensor> out = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> output : graph.outputs().entrySet()) {
        out.put(output.getKey(), values[requireNonNull(outputs.get(output.getKey()))]);
      }
      return Collections.unmodifiableMap(out);
    } finally {
      fed.forEach(Handle::close);
      got.forEach(Handle::close);
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      context.remove(function);
      backend.forget(this);
    }
  }
}
