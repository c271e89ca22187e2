package dev.graft.engine.djl;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The primitives other than inputs, variables and constants. */
final class Primitives {
  private final Script s;
  private final Storage storage;
  private final Products products;

  Primitives(Script script, Storage storage, Products products) {
    this.s = script;
    this.storage = storage;
    this.products = products;
  }

  void lower(Node n) {
    Op op = n.op();
    Tensor out = n.output(0);
    if (op instanceof Op.Fill f) {
      String scalar =
          "torch.full([], "
              + Literals.number(f.value(), out.dtype())
              + ", dtype="
              + Literals.dtype(out.dtype())
              + ", device="
              + s.device()
              + ")";
      s.define(out, expand(scalar, out.shape()));
    } else if (op instanceof Op.Iota i) {
      s.define(out, iota(i.axis(), out.shape()));
    } else if (op instanceof Op.Unary u) {
      String name = u.function().name().toLowerCase(Locale.ROOT);
      s.define(out, "torch." + name + "(" + in(n, 0) + ")");
    } else if (op instanceof Op.Binary b) {
      binary(n, b.function());
    } else if (op instanceof Op.Where) {
      String x = "torch.where(" + in(n, 0) + ", " + in(n, 1) + ", " + in(n, 2) + ")";
      s.define(out, x);
    } else if (op instanceof Op.Cast c) {
      s.define(out, Products.cast(in(n, 0), n.inputs().get(0).dtype(), c.to()));
    } else if (op instanceof Op.Reduce r) {
      s.define(out, reduce(r, in(n, 0)));
    } else if (op instanceof Op.ArgMax a) {
      s.define(out, "torch.argmax(" + in(n, 0) + ", " + a.axis() + ", False)");
    } else if (op instanceof Op.MatMul m) {
      matmul(n, m);
    } else if (op instanceof Op.Reshape r) {
      s.define(out, "torch.reshape(" + in(n, 0) + ", " + Literals.list(r.to()) + ")");
    } else if (op instanceof Op.BroadcastTo b) {
      s.define(out, expand(in(n, 0), b.to()));
    } else if (op instanceof Op.Permute p) {
      s.define(out, "torch.permute(" + in(n, 0) + ", " + Literals.list(p.axes()) + ")");
    } else if (op instanceof Op.Slice c) {
      String range = c.axis() + ", " + c.start() + ", " + c.end() + ", 1)";
      s.define(out, "torch.slice(" + in(n, 0) + ", " + range);
    } else if (op instanceof Op.Concat c) {
      List<String> parts = n.inputs().stream().map(s::of).toList();
      s.define(out, "torch.cat(" + Literals.list(parts) + ", " + c.axis() + ")");
    } else if (op instanceof Op.Gather) {
      s.define(out, gather(n));
    } else if (op instanceof Op.ScatterAdd a) {
      s.define(out, scatterAdd(n, a.rows()));
    } else if (op instanceof Op.UpdateSlice u) {
      updateSlice(n, u.axis());
    } else if (op instanceof Op.StopGradient || op instanceof Op.After) {
      s.bind(out, in(n, 0));
    } else {
      throw new GraftException(
          ErrorCode.BACKEND_UNSUPPORTED,
          "expected a graph in primitives and the composites that djl-pytorch fuses, received "
              + n
              + "; expand the graph with the backend's capabilities first");
    }
  }

  private String in(Node n, int i) {
    return s.of(n.inputs().get(i));
  }

  private static String expand(String x, Shape to) {
    return to.rank() == 0 ? x : "torch.expand(" + x + ", " + Literals.list(to) + ")";
  }

  private String iota(int axis, Shape shape) {
    String range = "torch.arange(" + shape.dim(axis) + ", dtype=4, device=" + s.device() + ")";
    int[] view = new int[shape.rank()];
    java.util.Arrays.fill(view, 1);
    view[axis] = shape.dim(axis);
    return expand("torch.reshape(" + range + ", " + Literals.list(Shape.of(view)) + ")", shape);
  }

  private void binary(Node n, Op.BinaryFunction f) {
    Tensor a = n.inputs().get(0);
    Tensor b = n.inputs().get(1);
    Tensor out = n.output(0);
    if (f == Op.BinaryFunction.ADD && a.shape().equals(b.shape())) {
      for (int i = 0; i < 2; i++) {
        Tensor sum = i == 0 ? a : b;
        boolean kept = sum.node().op() instanceof Op.Variable; // an accumulator
        if (kept && storage.mayOverwrite(n, sum)) {
          storage.overwrite(sum, out);
          s.define(out, "torch.add_(" + s.of(sum) + ", " + s.of(i == 0 ? b : a) + ")");
          return;
        }
      }
    }
    if ((f == Op.BinaryFunction.ADD || f == Op.BinaryFunction.MUL) && inPlace(n, f)) {
      return;
    }
    OptionalDouble right = scalar(b, a, out);
    if (right.isPresent()) {
      s.define(out, call(f, s.of(a), Literals.number(right.getAsDouble(), b.dtype())));
      return;
    }
    OptionalDouble left = scalar(a, b, out);
    if (left.isPresent()) {
      String x = Literals.number(left.getAsDouble(), a.dtype());
      switch (f) {
        case ADD, MUL, MAX, MIN, EQUAL, AND, XOR -> {
          s.define(out, call(f, s.of(b), x));
          return;
        }
        case SUB -> {
          s.define(out, "torch.rsub(" + s.of(b) + ", " + x + ")");
          return;
        }
        case POW -> {
          s.define(out, "torch.pow(" + x + ", " + s.of(b) + ")");
          return;
        }
        case LESS -> {
          s.define(out, "torch.gt(" + s.of(b) + ", " + x + ")");
          return;
        }
        case LESS_EQUAL -> {
          s.define(out, "torch.ge(" + s.of(b) + ", " + x + ")");
          return;
        }
        case DIV, SHIFT_RIGHT -> {} // as tensors
      }
    }
    String name =
        switch (f) {
          case MAX -> "maximum";
          case MIN -> "minimum";
          default -> name(f);
        };
    s.define(out, "torch." + name + "(" + s.of(a) + ", " + s.of(b) + ")");
  }

  /** A sum or product over an operand that nothing reads later. */
  private boolean inPlace(Node n, Op.BinaryFunction f) {
    Tensor out = n.output(0);
    for (int i = 0; i < 2; i++) {
      Tensor over = n.inputs().get(i);
      Tensor other = n.inputs().get(1 - i);
      boolean lasts = over.node().op() instanceof Op.Variable;
      if (!lasts && over.type().equals(out.type()) && storage.mayOverwrite(n, over)) {
        OptionalDouble literal = scalar(other, over, out);
        String by =
            literal.isPresent()
                ? Literals.number(literal.getAsDouble(), other.dtype())
                : s.of(other);
        storage.overwrite(over, out);
        s.define(out, "torch." + name(f) + "_(" + s.of(over) + ", " + by + ")");
        return true;
      }
    }
    return false;
  }

  /** The value of an operand that is one number and does not shape the result. */
  private static OptionalDouble scalar(Tensor t, Tensor other, Tensor out) {
    boolean shapeless = other.shape().equals(out.shape()) && t.dtype() != DType.BOOL;
    return shapeless ? Script.literal(t) : OptionalDouble.empty();
  }

  private static String call(Op.BinaryFunction f, String x, String number) {
    return "torch." + name(f) + "(" + x + ", " + number + ")";
  }

  /** The operator that takes a number on the right. */
  private static String name(Op.BinaryFunction f) {
    return switch (f) {
      case ADD -> "add";
      case SUB -> "sub";
      case MUL -> "mul";
      case DIV -> "div";
      case MAX -> "clamp_min";
      case MIN -> "clamp_max";
      case POW -> "pow";
      case LESS -> "lt";
      case LESS_EQUAL -> "le";
      case EQUAL -> "eq";
      case AND -> "bitwise_and";
      case XOR -> "bitwise_xor";
      case SHIFT_RIGHT -> "bitwise_right_shift";
    };
  }

  private static String reduce(Op.Reduce r, String x) {
    if (r.axes().isEmpty()) {
      return x;
    }
    String rest = "(" + x + ", " + Literals.list(r.axes()) + ", " + (r.keep() ? "True" : "False");
    return (r.reduction() == Op.Reduction.SUM ? "torch.sum" : "torch.amax") + rest + ")";
  }

  private void matmul(Node n, Op.MatMul m) {
    Tensor a = n.inputs().get(0);
    Tensor b = n.inputs().get(1);
    Tensor out = n.output(0);
    DType d = out.dtype();
    DType c = products.computeType(d);
    String x = Products.cast(s.of(a), d, c);
    String y = Products.cast(s.of(b), d, c);
    String product;
    if (out.shape().rank() == 2) {
      int inner = a.dim(m.transposeA() ? 0 : 1);
      Products.Size size = new Products.Size(out.dim(0), inner, out.dim(1));
      product = products.multiply(c, x, y, m.transposeA(), m.transposeB(), size);
    } else {
      product =
          "torch.matmul("
              + (m.transposeA() ? "torch.transpose(" + x + ", -2, -1)" : x)
              + ", "
              + (m.transposeB() ? "torch.transpose(" + y + ", -2, -1)" : y)
              + ")";
    }
    s.define(out, Products.cast(product, c, d));
  }

  private String gather(Node n) {
    Tensor table = n.inputs().get(0);
    Tensor index = n.inputs().get(1);
    if (table.shape().rank() == 2 && index.shape().rank() > 0) {
      return "torch.embedding(" + s.of(table) + ", " + s.of(index) + ")";
    }
    String rows = "torch.index_select(" + s.of(table) + ", 0, " + flat(index) + ")";
    return "torch.reshape(" + rows + ", " + Literals.list(n.output(0).shape()) + ")";
  }

  private String flat(Tensor index) {
    return index.shape().rank() == 1 ? s.of(index) : "torch.reshape(" + s.of(index) + ", [-1])";
  }

  private String scatterAdd(Node n, int rows) {
    Tensor updates = n.inputs().get(0);
    Tensor index = n.inputs().get(1);
    Tensor out = n.output(0);
    int count = (int) index.shape().size();
    List<Integer> dims = new ArrayList<>(out.shape().toList());
    dims.set(0, count);
    String zeros =
        "torch.zeros("
            + Literals.list(out.shape().with(0, rows))
            + ", dtype="
            + Literals.dtype(out.dtype())
            + ", device="
            + s.device()
            + ")";
    String source = "torch.reshape(" + s.of(updates) + ", " + Literals.list(dims) + ")";
    return "torch.index_add_(" + zeros + ", 0, " + flat(index) + ", " + source + ")";
  }

  private void updateSlice(Node n, int axis) {
    Tensor x = n.inputs().get(0);
    Tensor update = n.inputs().get(1);
    Tensor out = n.output(0);
    if (storage.mayOverwrite(n, x)) {
      storage.overwrite(x, out);
      s.bind(out, s.of(x));
    } else {
      s.define(out, "torch.clone(" + s.of(x) + ", memory_format=0)");
    }
    String part =
        "torch.narrow(" + s.of(out) + ", " + axis + ", int(" + in(n, 2) + "), " + update.dim(axis);
    s.let("torch.copy_(" + part + "), " + s.of(update) + ")");
  }
}
