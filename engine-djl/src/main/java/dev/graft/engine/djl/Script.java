package dev.graft.engine.djl;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** The body of a TorchScript method while it is written: one statement a line, each name once. */
final class Script {
  private final StringBuilder body = new StringBuilder();
  private final Map<Tensor, String> names = new HashMap<>();
  private final Map<Object, String> shared = new HashMap<>();
  private final String device;
  private final boolean onHost;
  private String indent = "    ";
  private int temporaries;

  Script(String device) {
    this.onHost = device.equals("cpu");
    this.device = "torch.device(\"" + device + "\")";
  }

  /** The device as an argument. */
  String device() {
    return device;
  }

  /** Whether values are in the host's memory. */
  boolean onHost() {
    return onHost;
  }

  /** Opens a loop; gives the name of its counter, which starts at 0. */
  String loop(long times) {
    String counter = "a" + temporaries++;
    body.append(indent).append("for ").append(counter);
    body.append(" in range(").append(times).append("):\n");
    indent += "  ";
    return counter;
  }

  /** Closes the innermost loop, whose names are not to be used any more. */
  void end() {
    indent = indent.substring(2);
  }

  /** Assigns an expression to a new name. */
  String let(String expression) {
    String name = "a" + temporaries++;
    body.append(indent).append(name).append(" = ").append(expression).append('\n');
    return name;
  }

  /** Assigns the parts of a tuple to new names. */
  String[] let(String expression, int count) {
    String[] out = new String[count];
    body.append(indent);
    for (int i = 0; i < count; i++) {
      out[i] = "a" + temporaries++;
      body.append(out[i]).append(", ");
    }
    body.append("= ").append(expression).append('\n');
    return out;
  }

  /**
   * What was written for a key before, or else is written now; outside of loops only.
   *
   * @param write gives what to refer to it by
   */
  String once(Object key, Supplier<String> write) {
    String known = shared.get(key);
    if (known == null) {
      known = write.get();
      shared.put(key, known);
    }
    return known;
  }

  /** Says which name, or expression without side effects, a value has. */
  void bind(Tensor t, String name) {
    names.put(t, name);
  }

  /** Computes a value. */
  void define(Tensor t, String expression) {
    bind(t, let(expression));
  }

  /** The name of a value that was computed before. */
  String of(Tensor t) {
    String name = names.get(t);
    if (name == null) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID, "expected operands before their users, received " + t);
    }
    return name;
  }

  /** The literal value of a tensor that is the same everywhere. */
  static OptionalDouble literal(Tensor t) {
    Op op = t.node().op();
    if (op instanceof Op.Fill f) {
      return OptionalDouble.of(f.value());
    }
    if (op instanceof Op.Constant c && c.value().shape().size() == 1 && t.dtype() != DType.I64) {
      return OptionalDouble.of(c.value().get(0));
    }
    if (op instanceof Op.Reshape || op instanceof Op.BroadcastTo || op instanceof Op.Cast) {
      Tensor from = t.node().inputs().get(0);
      boolean exact = from.dtype() == t.dtype();
      return exact ? literal(from) : OptionalDouble.empty();
    }
    return OptionalDouble.empty();
  }

  String text() {
    return body.toString();
  }
}
