package dev.graft.api.backend;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.TensorType;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;

/** What every {@link Backend} has to refuse, for its authors: the same checks in the same words. */
public final class BackendChecks {
  private BackendChecks() {}

  /**
   * Checks the options that backends on CPUs and CUDA devices share.
   *
   * @throws GraftException {@code config.value}
   */
  public static void options(String device, int threads) {
    if (!device.matches("cpu|cuda(:[0-9]{1,3})?")) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE, "expected device cpu, cuda or cuda:N, received '" + device + "'");
    }
    if (threads < 0 || threads > 4096) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected threads between 0 (all processors) and 4096, received " + threads);
    }
  }

  /**
   * Checks that a dtype is declared.
   *
   * @param where what has it, for example {@code variable 'w'}
   * @throws GraftException {@code backend.unsupported}
   */
  public static void dtype(Capabilities capabilities, DType dtype, String where) {
    if (!capabilities.dtypes().contains(dtype)) {
      throw new GraftException(
          ErrorCode.BACKEND_UNSUPPORTED,
          "expected one of "
              + new TreeSet<>(capabilities.dtypes())
              + " for "
              + where
              + ", received "
              + dtype);
    }
  }

  /**
   * Checks that a graph holds declared dtypes and composites only.
   *
   * @throws GraftException {@code backend.unsupported}
   */
  public static void graph(Capabilities capabilities, Graph graph) {
    for (Node n : graph.nodes()) {
      for (TensorType t : n.types()) {
        dtype(capabilities, t.dtype(), "graph '" + graph.name() + "' at " + n);
      }
      if (n.op() instanceof Composite c && !capabilities.fused().contains(c.name())) {
        throw new GraftException(
            ErrorCode.BACKEND_UNSUPPORTED,
            "expected "
                + (capabilities.fused().isEmpty()
                    ? "primitives only"
                    : "composites among " + new TreeSet<>(capabilities.fused()))
                + " in graph '"
                + graph.name()
                + "', received the composite "
                + c.name()
                + " at "
                + n
                + "; expand the graph with the backend's capabilities first");
      }
    }
    graph.inputs().forEach((k, t) -> dtype(capabilities, t.dtype(), "input '" + k + "'"));
  }

  /**
   * Checks that a variable has the type that a graph gives it.
   *
   * @throws GraftException {@code backend.variable}
   */
  public static void variable(Graph graph, String variable, TensorType expected, TensorType held) {
    if (!held.equals(expected)) {
      throw new GraftException(
          ErrorCode.BACKEND_VARIABLE,
          "expected variable '"
              + variable
              + "' as "
              + expected
              + " for graph '"
              + graph.name()
              + "', received "
              + held);
    }
  }

  /**
   * Checks that exactly the inputs of a graph are given.
   *
   * @throws GraftException {@code backend.input}
   */
  public static void inputs(Graph graph, Map<String, HostTensor> given) {
    for (String key : given.keySet()) {
      if (!graph.inputs().containsKey(key)) {
        throw new GraftException(
            ErrorCode.BACKEND_INPUT,
            "unknown input '"
                + key
                + "' of graph '"
                + graph.name()
                + "'. "
                + Nearest.hint(key, graph.inputs().keySet()));
      }
    }
    graph
        .inputs()
        .forEach(
            (key, type) -> {
              HostTensor value = given.get(key);
              if (value == null || !value.type().equals(type)) {
                throw new GraftException(
                    ErrorCode.BACKEND_INPUT,
                    "expected "
                        + type
                        + " for input '"
                        + key
                        + "' of graph '"
                        + graph.name()
                        + "', received "
                        + (value == null ? "nothing" : value.type()));
              }
            });
  }

  /**
   * {@code backend.variable} for a variable without a value.
   *
   * @param why what it is wanted for, for example {@code read}
   * @param known the names of the others
   */
  public static GraftException unwritten(String variable, String why, Collection<String> known) {
    return new GraftException(
        ErrorCode.BACKEND_VARIABLE,
        "expected variable '"
            + variable
            + "' to be written before it is "
            + why
            + ". "
            + Nearest.hint(variable, known));
  }

  /**
   * {@code backend.variable} for a variable that an open executable uses.
   *
   * @param expected what it is to do, for example {@code keep the type f32[2], received f32[3]}
   */
  public static GraftException inUse(String variable, String expected) {
    return new GraftException(
        ErrorCode.BACKEND_VARIABLE,
        "expected variable '"
            + variable
            + "' to "
            + expected
            + "; it is used by an open executable; close that first");
  }

  /** {@code backend.closed} for an executable. */
  public static GraftException closed(Graph graph) {
    return new GraftException(
        ErrorCode.BACKEND_CLOSED,
        "expected an open executable of graph '" + graph.name() + "', received a closed one");
  }

  /**
   * {@code backend.closed} for a backend.
   *
   * @param name the provider's
   */
  public static GraftException closed(String name) {
    return new GraftException(
        ErrorCode.BACKEND_CLOSED, "expected an open backend, received a closed " + name);
  }
}
