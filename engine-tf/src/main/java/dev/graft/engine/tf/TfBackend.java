package dev.graft.engine.tf;

import static java.util.Objects.requireNonNull;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.internal.c_api.TF_Function;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Variables as resources of a context, graphs as its functions. */
final class TfBackend implements Backend {
  private static final Set<DType> DTYPES =
      EnumSet.of(DType.F64, DType.F32, DType.BF16, DType.I64, DType.BOOL);

  private static final class Variable {
    final TensorType type;
    final Handle resource;
    boolean written;

    Variable(TensorType type, Handle resource) {
      this.type = type;
      this.resource = resource;
    }
  }

  private final Context context;
  private final boolean bf16;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final List<TfExecutable> executables = new ArrayList<>();
  private final Capabilities capabilities;
  private boolean open = true;

  TfBackend(Context context, String device, int threads) {
    this.context = context;
    boolean cpu = device.equals("cpu");
    this.bf16 = !cpu || Products.processorHasBf16();
    this.capabilities =
        new Capabilities(
            cpu ? "cpu (" + threads + " threads)" : device,
            DTYPES,
            Composites.FUSED,
            Integer.MAX_VALUE); // what a host tensor can hold
  }

  @Override
  public Capabilities capabilities() {
    checkOpen();
    return capabilities;
  }

  @Override
  public void write(String variable, HostTensor value, DType storedAs) {
    checkOpen();
    BackendChecks.dtype(capabilities, storedAs, "variable '" + variable + "'");
    TensorType type = new TensorType(storedAs, value.shape());
    Variable v = variables.get(variable);
    if (v != null && !v.type.equals(type)) {
      checkUnused(variable, "keep the type " + v.type + ", received " + type);
    }
    try (Handle copy = context.toDevice(value, storedAs)) {
      if (v == null || !v.type.equals(type)) {
        drop(variable);
        v = declare(variable, type);
      }
      context.assign(v.resource, copy, storedAs);
      v.written = true;
    }
  }

  private Variable declare(String name, TensorType type) {
    Variable v = new Variable(type, context.variable(type));
    variables.put(name, v);
    return v;
  }

  private void drop(String name) {
    Variable v = variables.remove(name);
    if (v != null) {
      context.destroy(v.resource);
    }
  }

  @Override
  public HostTensor read(String variable) {
    checkOpen();
    Variable v = find(variable, "read");
    try (Handle value = context.read(v.resource, v.type.dtype())) {
      return context.toHost(value, v.type);
    }
  }

  @Override
  public void release(String variable) {
    checkOpen();
    if (variables.containsKey(variable)) {
      checkUnused(variable, "be used by no open executable when it is released");
      drop(variable);
    }
  }

  private void checkUnused(String variable, String expected) {
    for (TfExecutable e : executables) {
      if (e.uses(variable)) {
        throw BackendChecks.inUse(variable, expected);
      }
    }
  }

  @Override
  public Executable compile(Graph graph) {
    checkOpen();
    BackendChecks.graph(capabilities, graph);
    Set<String> read = new HashSet<>();
    for (Node n : graph.nodes()) {
      if (n.op() instanceof Op.Variable v) {
        read.add(v.key());
      }
    }
    graph.variables().forEach((k, t) -> checkVariable(graph, k, t, read.contains(k)));
    String name = context.freshName("graph");
    try (Nodes nodes = new Nodes()) {
      Lowering.Program program = Lowering.of(graph, nodes, new Products(nodes, bf16));
      List<Value> arguments = new ArrayList<>(program.resources().values());
      arguments.addAll(program.inputs().values());
      TF_Function function = nodes.function(name, arguments, program.results(), program.effects());
      try {
        context.add(function);
      } finally {
        tensorflow.TF_DeleteFunction(function);
      }
      TfExecutable e = new TfExecutable(this, graph, context, name, program);
      executables.add(e);
      return e;
    }
  }

  /** A variable that a graph only updates need not exist; it gets its value from the first run. */
  private void checkVariable(Graph graph, String key, TensorType type, boolean isRead) {
    Variable v = variables.get(key);
    if (v == null && !isRead) {
      declare(key, type);
      return;
    }
    Variable held = isRead || v == null ? find(key, "read by graph '" + graph.name() + "'") : v;
    BackendChecks.variable(graph, key, type, held.type);
  }

  private Variable find(String variable, String why) {
    Variable v = variables.get(variable);
    if (v == null || !v.written) {
      throw BackendChecks.unwritten(variable, why, variables.keySet());
    }
    return v;
  }

  private void checkOpen() {
    if (!open) {
      throw BackendChecks.closed("tensorflow");
    }
  }

  /** The resource of a variable that a graph reads or updates. */
  Handle resource(String variable) {
    return requireNonNull(variables.get(variable), variable).resource;
  }

  /** Records that a run has given a variable a value. */
  void written(String variable) {
    requireNonNull(variables.get(variable), variable).written = true;
  }

  void forget(TfExecutable executable) {
    executables.remove(executable);
  }

  @Override
  public void close() {
    if (open) {
      List.copyOf(executables).forEach(TfExecutable::close);
      List.copyOf(variables.keySet()).forEach(this::drop);
      context.close();
      open = false;
    }
  }
}
