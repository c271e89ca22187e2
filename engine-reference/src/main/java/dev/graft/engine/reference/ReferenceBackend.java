package dev.graft.engine.reference;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendChecks;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Variables as Java arrays. Arrays never change once made, so values may share them. */
final class ReferenceBackend implements Backend {
  static final String DEVICE = "cpu";

  private static final Capabilities CAPABILITIES =
      new Capabilities(
          DEVICE + " (Java, float64)",
          Set.of(DType.F64, DType.F32, DType.BF16, DType.I64, DType.BOOL),
          Set.of(),
          Integer.MAX_VALUE);

  /** A value and its stored type; the elements are already rounded to it. */
  record Variable(TensorType type, Object data) {}

  private final Map<String, Variable> variables = new HashMap<>();
  private final Set<ReferenceExecutable> open = new HashSet<>();
  private boolean closed;

  @Override
  public Capabilities capabilities() {
    checkOpen();
    return CAPABILITIES;
  }

  @Override
  public void write(String variable, HostTensor value, DType storedAs) {
    checkOpen();
    BackendChecks.dtype(CAPABILITIES, storedAs, "variable '" + variable + "'");
    TensorType type = new TensorType(storedAs, value.shape());
    Variable before = variables.get(variable);
    if ((before == null || !before.type().equals(type)) && inUse(variable)) {
      throw new GraftException(
          ErrorCode.BACKEND_VARIABLE,
          "expected variable '"
              + variable
              + "' to keep its type"
              + (before == null ? "" : " " + before.type())
              + " while an open executable uses it, received "
              + type
              + "; close the executable first");
    }
    variables.put(variable, new Variable(type, Data.fromHost(value.cast(storedAs))));
  }

  @Override
  public HostTensor read(String variable) {
    checkOpen();
    Variable v = variables.get(variable);
    if (v == null) {
      throw new GraftException(
          ErrorCode.BACKEND_VARIABLE,
          "expected variable '"
              + variable
              + "' to have been written, received no such name; known are "
              + new TreeSet<>(variables.keySet()));
    }
    return Data.toHost(v.type(), v.data());
  }

  @Override
  public void release(String variable) {
    checkOpen();
    if (variables.containsKey(variable) && inUse(variable)) {
      throw new GraftException(
          ErrorCode.BACKEND_VARIABLE,
          "expected to release variable '"
              + variable
              + "' after every executable that uses it, received the call while one is open;"
              + " close it first");
    }
    variables.remove(variable);
  }

  private boolean inUse(String variable) {
    return open.stream().anyMatch(e -> e.graph().variables().containsKey(variable));
  }

  @Override
  public Executable compile(Graph graph) {
    checkOpen();
    BackendChecks.graph(CAPABILITIES, graph);
    graph.inputs().forEach((key, type) -> checkSize("input '" + key + "'", type));
    Set<String> read = new HashSet<>();
    for (Node n : graph.nodes()) {
      String what = n.site().isEmpty() ? n.op().name() : n.site() + ": " + n.op().name();
      n.types().forEach(type -> checkSize(what, type));
      if (n.op() instanceof Op.Variable v) {
        read.add(v.key());
      }
    }
    graph
        .variables()
        .forEach(
            (key, type) -> {
              BackendChecks.dtype(CAPABILITIES, type.dtype(), "variable '" + key + "'");
              checkSize("variable '" + key + "'", type);
              checkVariable(graph, key, type, read.contains(key));
            });
    ReferenceExecutable e = new ReferenceExecutable(this, graph);
    open.add(e);
    return e;
  }

  private static void checkSize(String what, TensorType type) {
    if (type.shape().size() > Integer.MAX_VALUE - 8) {
      throw new GraftException(
          ErrorCode.BACKEND_UNSUPPORTED,
          "expected tensors of fewer than 2^31 elements, received " + type + " for " + what);
    }
  }

  private void checkVariable(Graph graph, String key, TensorType type, boolean read) {
    Variable v = variables.get(key);
    if (v == null ? read : !v.type().equals(type)) {
      throw new GraftException(
          ErrorCode.BACKEND_VARIABLE,
          "expected variable '"
              + key
              + "' of graph '"
              + graph.name()
              + "' to have been written as "
              + type
              + ", received "
              + (v == null ? "no value" : v.type()));
    }
  }

  Variable variable(String key) {
    Variable v = variables.get(key);
    if (v == null) {
      throw new IllegalStateException("variable '" + key + "' vanished while in use");
    }
    return v;
  }

  void update(Map<String, Variable> values) {
    variables.putAll(values);
  }

  void closed(ReferenceExecutable e) {
    open.remove(e);
  }

  void checkOpen() {
    if (closed) {
      throw new GraftException(
          ErrorCode.BACKEND_CLOSED,
          "expected an open backend, received a call after close(); open another one");
    }
  }

  @Override
  public void close() {
    closed = true;
    variables.clear();
    open.clear();
  }
}
