package dev.graft.engine.djl;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Variables as PyTorch tensors, graphs as TorchScript. */
final class DjlBackend implements Backend {
  private static final Set<DType> DTYPES =
      EnumSet.of(DType.F64, DType.F32, DType.BF16, DType.I64, DType.BOOL);

  private record Variable(TensorType type, NativeTensor tensor) {}

  private final Torch torch;
  private final String device;
  private final Kernels kernels;
  private final Conversions conversions;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final List<DjlExecutable> executables = new ArrayList<>();
  private final Capabilities capabilities;
  private boolean open = true;

  DjlBackend(Torch torch, String device, Kernels kernels) {
    this.torch = torch;
    this.device = device;
    this.kernels = kernels;
    this.conversions = new Conversions(torch, device);
    String where = device.equals("cpu") ? "cpu (" + torch.threads() + " threads" : device + " (";
    this.capabilities =
        new Capabilities(
            where + (where.endsWith("(") ? "" : ", ") + kernels.name() + ")",
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
    Variable before = variables.get(variable);
    if (before != null && !before.type().equals(type)) {
      checkUnused(variable, "keep the type " + before.type() + ", received " + type);
    }
    NativeTensor tensor = conversions.toDevice(value, storedAs);
    variables.put(variable, new Variable(type, tensor));
    if (before != null) {
      before.tensor().close();
    }
  }

  @Override
  public HostTensor read(String variable) {
    checkOpen();
    Variable v = find(variable, "read");
    try (NativeTensor onHost = conversions.toHost(v.tensor())) {
      return torch.copy(onHost, v.type());
    }
  }

  @Override
  public void release(String variable) {
    checkOpen();
    if (variables.containsKey(variable)) {
      checkUnused(variable, "be used by no open executable when it is released");
      Variable v = variables.remove(variable);
      if (v != null) {
        v.tensor().close();
      }
    }
  }

  private void checkUnused(String variable, String expected) {
    for (DjlExecutable e : executables) {
      if (e.uses(variable)) {
        throw BackendChecks.inUse(variable, expected);
      }
    }
  }

  @Override
  public Executable compile(Graph graph) {
    checkOpen();
    BackendChecks.graph(capabilities, graph);
    Lowering.Program program = Lowering.of(graph, kernels, device);
    graph
        .variables()
        .forEach(
            (k, t) -> {
              boolean onlyUpdated = !program.variables().contains(k);
              if (variables.containsKey(k) || !onlyUpdated) {
                String why = "read by graph '" + graph.name() + "'";
                BackendChecks.variable(graph, k, t, find(k, why).type());
              }
            });
    List<NativeTensor> constants = new ArrayList<>();
    try {
      program.constants().forEach(c -> constants.add(conversions.toDevice(c, c.dtype())));
      DjlExecutable e = new DjlExecutable(this, graph, torch, program, constants);
      executables.add(e);
      return e;
    } catch (RuntimeException e) {
      constants.forEach(NativeTensor::close);
      throw e;
    }
  }

  private Variable find(String variable, String why) {
    Variable v = variables.get(variable);
    if (v == null) {
      throw BackendChecks.unwritten(variable, why, variables.keySet());
    }
    return v;
  }

  private void checkOpen() {
    if (!open) {
      throw BackendChecks.closed("djl-pytorch");
    }
  }

  /** The tensor of a variable that a graph reads. */
  NativeTensor tensor(String variable) {
    return find(variable, "read").tensor();
  }

  /** Gives a variable its new tensor. */
  void replace(String variable, TensorType type, NativeTensor value) {
    Variable before = variables.put(variable, new Variable(type, value));
    if (before != null) {
      before.tensor().close();
    }
  }

  void forget(DjlExecutable executable) {
    executables.remove(executable);
  }

  @Override
  public void close() {
    if (open) {
      List.copyOf(executables).forEach(DjlExecutable::close);
      variables.values().forEach(v -> v.tensor().close());
      variables.clear();
      conversions.close();
      open = false;
    }
  }
}
