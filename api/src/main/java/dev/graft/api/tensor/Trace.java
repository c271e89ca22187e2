package dev.graft.api.tensor;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records a computation as a {@link Graph}. Not safe for use by several threads.
 *
 * <p>Equal operations on the same operands are recorded once, so tracing code may ask for the same
 * value repeatedly. Shapes and dtypes are checked at once, and errors name the current {@linkplain
 * #at site}.
 */
public final class Trace {
  private record Key(Op op, List<Tensor> inputs, List<TensorType> types) {}

  private final String name;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Key, Node> known = new HashMap<>();
  private final Map<String, TensorType> inputs = new LinkedHashMap<>();
  private final Map<String, TensorType> variables = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> updates = new LinkedHashMap<>();
  private String site = "";

  /** Starts an empty trace; the name appears in printed graphs and error messages. */
  public Trace(String name) {
    this.name = name;
  }

  /** Traces the body with everything in it attributed to a part of the model; sites do not nest. */
  public <T> T at(String siteName, Supplier<T> body) {
    String before = site;
    site = siteName;
    try {
      return body.get();
    } finally {
      site = before;
    }
  }

  /** A value fed at every run; asking again with the same type gives the same tensor. */
  public Tensor input(String key, DType dtype, int... dims) {
    return input(key, TensorType.of(dtype, dims));
  }

  public Tensor input(String key, TensorType type) {
    checkSame("input", key, type, inputs.putIfAbsent(key, type));
    return add(new Op.Input(key), List.of(), List.of(type)).output(0);
  }

  /** The value of a backend's variable from before the run. */
  public Tensor variable(String key, TensorType type) {
    checkSame("variable", key, type, variables.putIfAbsent(key, type));
    return add(new Op.Variable(key), List.of(), List.of(type)).output(0);
  }

  private void checkSame(String what, String key, TensorType type, @Nullable TensorType before) {
    if (before != null && !before.equals(type)) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID,
          where() + "expected " + what + " '" + key + "' to stay " + before + ", received " + type);
    }
  }

  public Tensor constant(HostTensor value) {
    return add(new Op.Constant(value), List.of(), List.of(value.type())).output(0);
  }

  /** A value that is the same everywhere. */
  public Tensor fill(double value, TensorType type) {
    return add(new Op.Fill(value), List.of(), List.of(type)).output(0);
  }

  public Tensor zeros(TensorType type) {
    return fill(0, type);
  }

  /** 0, 1, 2, … along one axis of an i64 tensor. */
  public Tensor iota(int axis, int... dims) {
    Shape shape = Shape.of(dims);
    return add(new Op.Iota(shape.axis(axis)), List.of(), List.of(new TensorType(DType.I64, shape)))
        .output(0);
  }

  /** Joins tensors along an axis. */
  public Tensor concat(int axis, List<Tensor> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return primitive(new Op.Concat(parts.get(0).shape().axis(axis)), parts.toArray(Tensor[]::new));
  }

  /** Records a primitive other than a leaf. */
  public Tensor primitive(Op op, Tensor... operands) {
    List<Tensor> in = Arrays.asList(operands);
    checkOwned(op, in);
    TensorType type;
    try {
      type = Inference.infer(op, in.stream().map(Tensor::type).toList());
    } catch (GraftException e) {
      throw new GraftException(e.code(), where() + op.name() + ": " + e.getMessage(), e);
    }
    return add(op, in, List.of(type)).output(0);
  }

  /** Records a composite and gives all its outputs. */
  public List<Tensor> composite(Composite op, List<Tensor> operands) {
    checkOwned(op, operands);
    List<TensorType> types;
    try {
      types = op.infer(operands.stream().map(Tensor::type).toList());
    } catch (GraftException e) {
      throw new GraftException(e.code(), where() + op.name() + ": " + e.getMessage(), e);
    }
    Node n = add(op, operands, types);
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      out.add(n.output(i));
    }
    return out;
  }

  /**
   * Records any node again on other operands of the same types, leaves included; for graph
   * rewriting.
   */
  public Node copy(Node node, List<Tensor> operands) {
    checkOwned(node.op(), operands);
    if (node.op() instanceof Op.Input i) {
      return input(i.key(), node.types().get(0)).node();
    }
    if (node.op() instanceof Op.Variable v) {
      return variable(v.key(), node.types().get(0)).node();
    }
    return at(node.site(), () -> add(node.op(), operands, node.types()));
  }

  private void checkOwned(Op op, List<Tensor> operands) {
    for (Tensor t : operands) {
      if (t.trace() != this) {
        throw new GraftException(
            ErrorCode.GRAPH_INVALID,
            where()
                + op.name()
                + ": expected operands of trace '"
                + name
                + "', received one of '"
                + t.trace().name
                + "'");
      }
    }
  }

  private Node add(Op op, List<Tensor> operands, List<TensorType> types) {
    return known.computeIfAbsent(
        new Key(op, List.copyOf(operands), List.copyOf(types)),
        k -> {
          Node n = new Node(this, nodes.size(), op, operands, types, site);
          nodes.add(n);
          return n;
        });
  }

  private String where() {
    return site.isEmpty() ? "" : site + ": ";
  }

  /** Declares an output; names are unique. */
  public void output(String key, Tensor value) {
    checkOwned(value.node().op(), List.of(value));
    if (outputs.putIfAbsent(key, value) != null) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID,
          "expected output names to be unique, received '" + key + "' twice");
    }
  }

  /** Declares the value that a variable takes at the end of a run; the types must agree. */
  public void update(String variable, Tensor value) {
    checkOwned(value.node().op(), List.of(value));
    TensorType declared = variables.get(variable);
    if (declared == null) {
      variables.put(variable, value.type());
    } else if (!declared.equals(value.type())) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected "
              + declared
              + " for the update of '"
              + variable
              + "', received "
              + value.type());
    }
    if (updates.putIfAbsent(variable, value) != null) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID, "expected one update of '" + variable + "', received two");
    }
  }

  public String name() {
    return name;
  }

  /** The number of nodes recorded so far. */
  public int size() {
    return nodes.size();
  }

  /** The graph of everything that the declared outputs and updates need. */
  public Graph build() {
    List<Tensor> roots = new ArrayList<>(outputs.values());
    roots.addAll(updates.values());
    Set<Node> needed = Graph.reachable(roots);
    List<Node> kept = nodes.stream().filter(needed::contains).toList();
    return new Graph(name, kept, inputs, outputs, updates, variables);
  }
}
