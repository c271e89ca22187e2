package dev.graft.api.tensor;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.TreeSet;

/** Result types of the primitives, and the checks of their operands. */
final class Inference {
  private Inference() {}

  static TensorType infer(Op op, List<TensorType> in) {
    if (op instanceof Op.Unary u) {
      return unary(u.function(), one(in));
    } else if (op instanceof Op.Binary b) {
      return binary(b.function(), in);
    } else if (op instanceof Op.Where) {
      return where(in);
    } else if (op instanceof Op.Cast c) {
      if (c.to() == DType.F16) {
        throw dtype("a dtype to compute in (f32, bf16, f64, i64, bool)", "f16");
      }
      return new TensorType(c.to(), one(in).shape());
    } else if (op instanceof Op.Reduce r) {
      return reduce(r, one(in));
    } else if (op instanceof Op.ArgMax a) {
      floating(one(in));
      return new TensorType(DType.I64, drop(in.get(0).shape(), List.of(a.axis())));
    } else if (op instanceof Op.MatMul m) {
      return matmul(m, in);
    } else if (op instanceof Op.Reshape r) {
      if (r.to().size() != one(in).shape().size()) {
        throw shape(
            "a shape of " + in.get(0).shape().size() + " elements for " + in.get(0), r.to());
      }
      return new TensorType(in.get(0).dtype(), r.to());
    } else if (op instanceof Op.BroadcastTo b) {
      if (!Shape.broadcast(one(in).shape(), b.to()).equals(b.to())) {
        throw shape("a shape that " + in.get(0) + " broadcasts to", b.to());
      }
      return new TensorType(in.get(0).dtype(), b.to());
    } else if (op instanceof Op.Permute p) {
      return permute(p, one(in));
    } else if (op instanceof Op.Slice s) {
      int extent = one(in).shape().dim(s.axis());
      if (s.start() < 0 || s.start() > s.end() || s.end() > extent) {
        throw shape(
            "0 ≤ start ≤ end ≤ " + extent + " on axis " + s.axis() + " of " + in.get(0),
            s.start() + "…" + s.end());
      }
      return new TensorType(
          in.get(0).dtype(), in.get(0).shape().with(s.axis(), s.end() - s.start()));
    } else if (op instanceof Op.Concat c) {
      return concat(c, in);
    } else if (op instanceof Op.Gather) {
      count(in, 2);
      index(in.get(1));
      Shape table = in.get(0).shape();
      if (table.rank() < 1) {
        throw shape("a table of rank at least 1", in.get(0));
      }
      int[] rest = new int[table.rank() - 1];
      System.arraycopy(table.toArray(), 1, rest, 0, rest.length);
      return new TensorType(in.get(0).dtype(), in.get(1).shape().append(rest));
    } else if (op instanceof Op.ScatterAdd s) {
      return scatter(s, in);
    } else if (op instanceof Op.UpdateSlice u) {
      return updateSlice(u, in);
    } else if (op instanceof Op.StopGradient) {
      return one(in);
    } else if (op instanceof Op.After) {
      return in.get(0);
    }
    throw new GraftException(
        ErrorCode.GRAPH_INVALID, "expected a primitive with operands, received " + op.name());
  }

  private static TensorType unary(Op.UnaryFunction f, TensorType x) {
    boolean integer = f == Op.UnaryFunction.NEG || f == Op.UnaryFunction.ABS;
    if (!x.dtype().isFloating() && !(integer && x.dtype() == DType.I64)) {
      throw dtype("a floating operand", x);
    }
    return x;
  }

  private static TensorType binary(Op.BinaryFunction f, List<TensorType> in) {
    count(in, 2);
    same(in.get(0), in.get(1));
    DType d = in.get(0).dtype();
    Shape shape = Shape.broadcast(in.get(0).shape(), in.get(1).shape());
    switch (f) {
      case DIV, POW -> floating(in.get(0));
      case AND, XOR -> {
        if (d != DType.I64 && d != DType.BOOL) {
          throw dtype("i64 or bool operands", in.get(0));
        }
      }
      case SHIFT_RIGHT -> index(in.get(0));
      case EQUAL -> {}
      default -> {
        if (d == DType.BOOL) {
          throw dtype("numeric operands", in.get(0));
        }
      }
    }
    return new TensorType(f.isComparison() ? DType.BOOL : d, shape);
  }

  private static TensorType where(List<TensorType> in) {
    count(in, 3);
    if (in.get(0).dtype() != DType.BOOL) {
      throw dtype("a bool condition", in.get(0));
    }
    same(in.get(1), in.get(2));
    Shape s =
        Shape.broadcast(in.get(0).shape(), Shape.broadcast(in.get(1).shape(), in.get(2).shape()));
    return new TensorType(in.get(1).dtype(), s);
  }

  private static TensorType reduce(Op.Reduce r, TensorType x) {
    boolean sumOfIntegers = r.reduction() == Op.Reduction.SUM && x.dtype() == DType.I64;
    if (!x.dtype().isFloating() && !sumOfIntegers) {
      throw dtype("a floating operand", x);
    }
    Shape s = x.shape();
    for (int a : r.axes()) {
      if (a != s.axis(a)) {
        throw shape("non-negative axes", r.axes());
      }
      if (r.reduction() == Op.Reduction.MAX && s.dim(a) == 0) {
        throw shape("a maximum over at least one element", x);
      }
    }
    if (!r.keep()) {
      return new TensorType(x.dtype(), drop(s, r.axes()));
    }
    for (int a : r.axes()) {
      s = s.with(a, 1);
    }
    return new TensorType(x.dtype(), s);
  }

  private static Shape drop(Shape s, List<Integer> axes) {
    return Shape.of(
        java.util.stream.IntStream.range(0, s.rank())
            .filter(i -> !axes.contains(i))
            .map(s::dim)
            .toArray());
  }

  private static TensorType matmul(Op.MatMul m, List<TensorType> in) {
    count(in, 2);
    same(in.get(0), in.get(1));
    floating(in.get(0));
    Shape a = in.get(0).shape();
    Shape b = in.get(1).shape();
    if (a.rank() < 2 || a.rank() != b.rank()) {
      throw shape("operands of equal rank of at least 2", in.get(0) + " and " + in.get(1));
    }
    int rows = a.dim(m.transposeA() ? -1 : -2);
    int inner = a.dim(m.transposeA() ? -2 : -1);
    int inner2 = b.dim(m.transposeB() ? -1 : -2);
    int cols = b.dim(m.transposeB() ? -2 : -1);
    if (inner != inner2) {
      throw shape(
          "equal inner extents",
          in.get(0)
              + (m.transposeA() ? "ᵀ" : "")
              + " and "
              + in.get(1)
              + (m.transposeB() ? "ᵀ" : ""));
    }
    Shape batch = Shape.broadcast(a.dropLast(2), b.dropLast(2));
    return new TensorType(in.get(0).dtype(), batch.append(rows, cols));
  }

  private static TensorType permute(Op.Permute p, TensorType x) {
    if (p.axes().size() != x.shape().rank()
        || new TreeSet<>(p.axes()).size() != p.axes().size()
        || p.axes().stream().anyMatch(a -> a < 0 || a >= x.shape().rank())) {
      throw shape("a permutation of the axes of " + x, p.axes());
    }
    return new TensorType(
        x.dtype(), Shape.of(p.axes().stream().mapToInt(a -> x.shape().dim(a)).toArray()));
  }

  private static TensorType concat(Op.Concat c, List<TensorType> in) {
    int sum = 0;
    for (TensorType t : in) {
      same(in.get(0), t);
      if (t.shape().rank() != in.get(0).shape().rank()
          || !t.shape().with(c.axis(), 0).equals(in.get(0).shape().with(c.axis(), 0))) {
        throw shape("parts that differ on axis " + c.axis() + " only", in);
      }
      sum += t.shape().dim(c.axis());
    }
    return new TensorType(in.get(0).dtype(), in.get(0).shape().with(c.axis(), sum));
  }

  private static TensorType scatter(Op.ScatterAdd s, List<TensorType> in) {
    count(in, 2);
    floating(in.get(0));
    index(in.get(1));
    int[] updates = in.get(0).shape().toArray();
    int[] index = in.get(1).shape().toArray();
    if (index.length > updates.length
        || !java.util.Arrays.equals(index, java.util.Arrays.copyOf(updates, index.length))) {
      throw shape("updates [idx…, rest…] for index " + in.get(1), in.get(0));
    }
    int[] rest = java.util.Arrays.copyOfRange(updates, index.length, updates.length);
    return new TensorType(in.get(0).dtype(), Shape.of(s.rows()).append(rest));
  }

  private static TensorType updateSlice(Op.UpdateSlice u, List<TensorType> in) {
    count(in, 3);
    same(in.get(0), in.get(1));
    index(in.get(2));
    Shape x = in.get(0).shape();
    Shape y = in.get(1).shape();
    if (x.rank() != y.rank()
        || !x.with(u.axis(), 0).equals(y.with(u.axis(), 0))
        || y.dim(u.axis()) > x.dim(u.axis())) {
      throw shape("an update that fits " + in.get(0) + " along axis " + u.axis(), in.get(1));
    }
    if (in.get(2).shape().rank() != 0) {
      throw shape("a scalar start", in.get(2));
    }
    return in.get(0);
  }

  private static TensorType one(List<TensorType> in) {
    count(in, 1);
    return in.get(0);
  }

  private static void count(List<TensorType> in, int n) {
    if (in.size() != n) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID, "expected " + n + " operands, received " + in.size());
    }
  }

  private static void same(TensorType a, TensorType b) {
    if (a.dtype() != b.dtype()) {
      throw dtype("operands of one dtype", a + " and " + b);
    }
  }

  private static void floating(TensorType t) {
    if (!t.dtype().isFloating()) {
      throw dtype("a floating operand", t);
    }
  }

  private static void index(TensorType t) {
    if (t.dtype() != DType.I64) {
      throw dtype("an i64 operand", t);
    }
  }

  private static GraftException shape(String expected, Object received) {
    return new GraftException(
        ErrorCode.GRAPH_SHAPE, "expected " + expected + ", received " + received);
  }

  private static GraftException dtype(String expected, Object received) {
    return new GraftException(
        ErrorCode.GRAPH_DTYPE, "expected " + expected + ", received " + received);
  }
}
