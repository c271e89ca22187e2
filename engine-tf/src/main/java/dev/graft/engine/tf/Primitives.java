package dev.graft.engine.tf;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.internal.c_api.TF_Operation;

/** The primitives other than inputs and variables. */
final class Primitives {
  private final Nodes nodes;
  private final Values values;
  private final Products products;

  Primitives(Nodes nodes, Values values, Products products) {
    this.nodes = nodes;
    this.values = values;
    this.products = products;
  }

  void lower(Node n) {
    values.put(n.output(0), value(n));
  }

  private Value value(Node n) {
    Op op = n.op();
    TensorType out = n.output(0).type();
    if (op instanceof Op.Constant c) {
      return nodes.constant(c.value());
    } else if (op instanceof Op.Fill f) {
      return broadcast(nodes.scalar(out.dtype(), f.value()), Shape.scalar(), out.shape());
    } else if (op instanceof Op.Iota i) {
      return iota(i.axis(), out.shape());
    } else if (op instanceof Op.Unary u) {
      return nodes.unary(name(u.function()), in(n, 0));
    } else if (op instanceof Op.Binary b) {
      return binary(n, b.function());
    } else if (op instanceof Op.Where) {
      return nodes.op("SelectV2").in(in(n, 0)).in(operand(n, 1)).in(operand(n, 2)).build();
    } else if (op instanceof Op.Cast c) {
      return nodes.cast(in(n, 0), n.inputs().get(0).dtype(), c.to());
    } else if (op instanceof Op.Reduce r) {
      return reduce(n, r);
    } else if (op instanceof Op.ArgMax a) {
      return nodes
          .op("ArgMax")
          .in(in(n, 0))
          .in(nodes.int32(a.axis()))
          .type("output_type", Types.code(DType.I64))
          .build();
    } else if (op instanceof Op.MatMul m) {
      return products.multiply(
          out.dtype(), out.shape().rank(), in(n, 0), in(n, 1), m.transposeA(), m.transposeB());
    } else if (op instanceof Op.Reshape r) {
      return nodes.reshape(in(n, 0), r.to());
    } else if (op instanceof Op.BroadcastTo b) {
      return broadcast(in(n, 0), n.inputs().get(0).shape(), b.to());
    } else if (op instanceof Op.Permute p) {
      int[] axes = p.axes().stream().mapToInt(Integer::intValue).toArray();
      return nodes.op("Transpose").in(in(n, 0)).in(nodes.vector(axes)).build();
    } else if (op instanceof Op.Slice s) {
      return nodes.slice(in(n, 0), n.inputs().get(0).type(), s.axis(), s.start(), s.end());
    } else if (op instanceof Op.Concat c) {
      return nodes.concat(n.inputs().stream().map(values::get).toList(), c.axis());
    } else if (op instanceof Op.Gather) {
      return nodes.op("GatherV2").in(in(n, 0)).in(in(n, 1)).in(nodes.int32(0)).build();
    } else if (op instanceof Op.ScatterAdd s) {
      return scatterAdd(n, s.rows());
    } else if (op instanceof Op.UpdateSlice u) {
      return updateSlice(n, u.axis());
    } else if (op instanceof Op.StopGradient) {
      return in(n, 0);
    } else if (op instanceof Op.After) {
      Nodes.Builder identity = nodes.op("Identity").in(in(n, 0));
      n.inputs().stream().skip(1).forEach(t -> identity.after(values.get(t)));
      return identity.build();
    }
    throw new GraftException(
        ErrorCode.BACKEND_UNSUPPORTED,
        "expected a graph in primitives and the composites that tensorflow fuses, received "
            + n
            + "; expand the graph with the backend's capabilities first");
  }

  private Value in(Node n, int i) {
    return values.get(n.inputs().get(i));
  }

  /** An operand that broadcasts anyway, so that a number stays one. */
  private Value operand(Node n, int i) {
    Tensor t = n.inputs().get(i);
    return t.node().op() instanceof Op.Fill f && broadcasts(n, i)
        ? nodes.scalar(t.dtype(), f.value())
        : values.get(t);
  }

  /** Whether the other operands alone make the result's shape. */
  private static boolean broadcasts(Node n, int operand) {
    Shape rest = Shape.scalar();
    for (int i = 0; i < n.inputs().size(); i++) {
      if (i != operand && !(n.inputs().get(i).node().op() instanceof Op.Fill)) {
        rest = Shape.broadcast(rest, n.inputs().get(i).shape());
      }
    }
    return rest.equals(n.output(0).shape());
  }

  private Value broadcast(Value x, Shape from, Shape to) {
    return from.equals(to) ? x : nodes.op("BroadcastTo").in(x).in(nodes.vector(to)).build();
  }

  private Value iota(int axis, Shape shape) {
    int n = shape.dim(axis);
    Value range =
        nodes
            .op("Range")
            .in(nodes.scalar(DType.I64, 0))
            .in(nodes.scalar(DType.I64, n))
            .in(nodes.scalar(DType.I64, 1))
            .build();
    int[] view = new int[shape.rank()];
    Arrays.fill(view, 1);
    view[axis] = n;
    Shape column = Shape.of(view);
    return broadcast(nodes.reshape(range, column), column, shape);
  }

  private static String name(Op.UnaryFunction f) {
    return switch (f) {
      case NEG -> "Neg";
      case ABS -> "Abs";
      case EXP -> "Exp";
      case LOG -> "Log";
      case SQRT -> "Sqrt";
      case RSQRT -> "Rsqrt";
      case SIN -> "Sin";
      case COS -> "Cos";
      case TANH -> "Tanh";
      case ERF -> "Erf";
      case SIGMOID -> "Sigmoid";
    };
  }

  private Value binary(Node n, Op.BinaryFunction f) {
    boolean logical = n.inputs().get(0).dtype() == DType.BOOL;
    String name =
        switch (f) {
          case ADD -> "AddV2";
          case SUB -> "Sub";
          case MUL -> "Mul";
          case DIV -> "RealDiv";
          case MAX -> "Maximum";
          case MIN -> "Minimum";
          case POW -> "Pow";
          case LESS -> "Less";
          case LESS_EQUAL -> "LessEqual";
          case EQUAL -> "Equal";
          case AND -> logical ? "LogicalAnd" : "BitwiseAnd";
          case XOR -> logical ? "NotEqual" : "BitwiseXor";
          case SHIFT_RIGHT -> "RightShift";
        };
    return nodes.binary(name, operand(n, 0), operand(n, 1));
  }

  private Value reduce(Node n, Op.Reduce r) {
    if (r.axes().isEmpty()) {
      return in(n, 0);
    }
    int[] axes = r.axes().stream().mapToInt(Integer::intValue).toArray();
    if (r.reduction() == Op.Reduction.MAX) {
      return nodes.reduce("Max", in(n, 0), axes, r.keep());
    }
    DType d = n.inputs().get(0).dtype();
    Value wide = nodes.cast(in(n, 0), d, d.wide());
    return nodes.cast(nodes.reduce("Sum", wide, axes, r.keep()), d.wide(), d);
  }

  private Value scatterAdd(Node n, int rows) {
    DType d = n.output(0).dtype();
    Value sums =
        nodes
            .op("UnsortedSegmentSum")
            .in(nodes.cast(in(n, 0), d, d.wide()))
            .in(in(n, 1))
            .in(nodes.int32(rows))
            .build();
    return nodes.cast(sums, d.wide(), d);
  }

  private Value updateSlice(Node n, int axis) {
    Range range = range(n, axis);
    return nodes
        .op("TensorStridedSliceUpdate")
        .in(in(n, 0))
        .in(range.begin())
        .in(range.end())
        .in(range.strides())
        .in(in(n, 1))
        .integer("begin_mask", range.mask())
        .integer("end_mask", range.mask())
        .build();
  }

  /**
   * The operands of strided slices that stand for an update's place; axes in the mask are whole.
   */
  record Range(Value begin, Value end, Value strides, int mask) {}

  Range range(Node n, int axis) {
    Tensor update = n.inputs().get(1);
    Value start = checked(in(n, 2), n.inputs().get(0).dim(axis) - update.dim(axis));
    Value stop = nodes.binary("AddV2", start, nodes.scalar(DType.I64, update.dim(axis)));
    long[] ones = new long[axis + 1];
    Arrays.fill(ones, 1);
    Value strides = nodes.constant(HostTensor.ofLongs(Shape.of(axis + 1), ones));
    return new Range(pad(start, axis), pad(stop, axis), strides, (1 << axis) - 1);
  }

  /** A start that is refused outside 0…last: strided slices would be cut to what is there. */
  private Value checked(Value start, int last) {
    Value low = nodes.binary("LessEqual", nodes.scalar(DType.I64, 0), start);
    Value high = nodes.binary("LessEqual", start, nodes.scalar(DType.I64, last));
    TF_Operation check =
        nodes
            .op("Assert")
            .in(nodes.binary("LogicalAnd", low, high))
            .list(List.of(start, nodes.scalar(DType.I64, last)))
            .operation();
    return nodes.op("Identity").in(start).after(check).build();
  }

  /** A scalar as the last element of a vector of zeros. */
  private Value pad(Value scalar, int zeros) {
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < zeros; i++) {
      parts.add(nodes.scalar(DType.I64, 0));
    }
    parts.add(scalar);
    return nodes.op("Pack").list(parts).build();
  }
}
