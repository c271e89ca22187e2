package dev.graft.engine.reference;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Op.BinaryFunction;
import dev.graft.api.tensor.Op.UnaryFunction;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/** Functions of single elements, with broadcasting. */
final class Elementwise {
  private Elementwise() {}

  static Kernel unary(UnaryFunction f, TensorType type) {
    if (type.dtype() == DType.I64) {
      return in -> {
        long[] x = (long[]) in[0];
        long[] y = new long[x.length];
        for (int i = 0; i < y.length; i++) {
          y[i] = f == UnaryFunction.NEG ? -x[i] : Math.abs(x[i]);
        }
        return y;
      };
    }
    DoubleUnaryOperator g = function(f);
    return in -> {
      double[] x = (double[]) in[0];
      double[] y = new double[x.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = g.applyAsDouble(x[i]);
      }
      return y;
    };
  }

  private static DoubleUnaryOperator function(UnaryFunction f) {
    return switch (f) {
      case NEG -> x -> -x;
      case ABS -> Math::abs;
      case EXP -> Math::exp;
      case LOG -> Math::log;
      case SQRT -> Math::sqrt;
      case RSQRT -> x -> 1 / Math.sqrt(x);
      case SIN -> Math::sin;
      case COS -> Math::cos;
      case TANH -> Math::tanh;
      case ERF -> Erf::erf;
      case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
    };
  }

  static Kernel binary(BinaryFunction f, TensorType a, TensorType b, TensorType out) {
    Strided walk = walk(out.shape(), a.shape(), b.shape());
    int size = Data.size(out.shape());
    if (f.isComparison()) {
      return comparison(f, a.dtype(), walk, size);
    }
    if (out.dtype() == DType.BOOL) {
      boolean and = f == BinaryFunction.AND;
      return in -> {
        boolean[] x = (boolean[]) in[0];
        boolean[] y = (boolean[]) in[1];
        boolean[] z = new boolean[size];
        walk.forEach(
            at -> {
              for (int i = 0; i < walk.length; i++) {
                boolean p = x[at[1] + i * walk.steps[1]];
                boolean q = y[at[2] + i * walk.steps[2]];
                z[at[0] + i] = and ? p && q : p ^ q;
              }
            });
        return z;
      };
    }
    if (out.dtype() == DType.I64) {
      LongBinaryOperator g = integers(f);
      return in -> {
        long[] x = (long[]) in[0];
        long[] y = (long[]) in[1];
        long[] z = new long[size];
        walk.forEach(
            at -> {
              for (int i = 0; i < walk.length; i++) {
                z[at[0] + i] =
                    g.applyAsLong(x[at[1] + i * walk.steps[1]], y[at[2] + i * walk.steps[2]]);
              }
            });
        return z;
      };
    }
    return in -> {
      double[] x = (double[]) in[0];
      double[] y = (double[]) in[1];
      double[] z = new double[size];
      int p = walk.steps[1];
      int q = walk.steps[2];
      walk.forEach(at -> doubles(f, x, at[1], p, y, at[2], q, z, at[0], walk.length));
      return z;
    };
  }

  /** The operands' places beside a row-major result, which comes first. */
  private static Strided walk(Shape out, Shape... operands) {
    int[][] strides = new int[operands.length + 1][];
    strides[0] = Strided.contiguous(out);
    for (int i = 0; i < operands.length; i++) {
      strides[i + 1] = Strided.broadcast(operands[i], out);
    }
    return new Strided(out.toArray(), strides);
  }

  private static void doubles(
      BinaryFunction f,
      double[] x,
      int xAt,
      int p,
      double[] y,
      int yAt,
      int q,
      double[] z,
      int zAt,
      int n) {
    switch (f) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          z[zAt + i] = x[xAt + i * p] + y[yAt + i * q];
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i++) {
          z[zAt + i] = x[xAt + i * p] - y[yAt + i * q];
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i++) {
          z[zAt + i] = x[xAt + i * p] * y[yAt + i * q];
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i++) {
          z[zAt + i] = x[xAt + i * p] / y[yAt + i * q];
        }
      }
      default -> {
        DoubleBinaryOperator g = function(f);
        for (int i = 0; i < n; i++) {
          z[zAt + i] = g.applyAsDouble(x[xAt + i * p], y[yAt + i * q]);
        }
      }
    }
  }

  private static DoubleBinaryOperator function(BinaryFunction f) {
    return switch (f) {
      case MAX -> Math::max;
      case MIN -> Math::min;
      case POW -> Math::pow;
      default -> throw new IllegalStateException(f + " on floating operands");
    };
  }

  private static LongBinaryOperator integers(BinaryFunction f) {
    return switch (f) {
      case ADD -> Long::sum;
      case SUB -> (x, y) -> x - y;
      case MUL -> (x, y) -> x * y;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case AND -> (x, y) -> x & y;
      case XOR -> (x, y) -> x ^ y;
      case SHIFT_RIGHT -> (x, y) -> y >= Long.SIZE ? 0 : x >>> y;
      default -> throw new IllegalStateException(f + " on i64");
    };
  }

  private static Kernel comparison(BinaryFunction f, DType dtype, Strided walk, int size) {
    int p = walk.steps[1];
    int q = walk.steps[2];
    return in -> {
      boolean[] z = new boolean[size];
      walk.forEach(
          at -> {
            for (int i = 0; i < walk.length; i++) {
              int x = at[1] + i * p;
              int y = at[2] + i * q;
              if (dtype == DType.BOOL) {
                z[at[0] + i] = ((boolean[]) in[0])[x] == ((boolean[]) in[1])[y];
              } else if (dtype == DType.I64) {
                long a = ((long[]) in[0])[x];
                long b = ((long[]) in[1])[y];
                z[at[0] + i] =
                    f == BinaryFunction.LESS ? a < b : f == BinaryFunction.EQUAL ? a == b : a <= b;
              } else {
                double a = ((double[]) in[0])[x];
                double b = ((double[]) in[1])[y];
                z[at[0] + i] =
                    f == BinaryFunction.LESS ? a < b : f == BinaryFunction.EQUAL ? a == b : a <= b;
              }
            }
          });
      return z;
    };
  }

  static Kernel where(List<TensorType> types, TensorType out) {
    Strided walk =
        walk(out.shape(), types.get(0).shape(), types.get(1).shape(), types.get(2).shape());
    int size = Data.size(out.shape());
    return in -> {
      boolean[] condition = (boolean[]) in[0];
      Object z = Data.allocate(out.dtype(), size);
      walk.forEach(
          at -> {
            for (int i = 0; i < walk.length; i++) {
              int from = condition[at[1] + i * walk.steps[1]] ? 1 : 2;
              int place = at[from + 1] + i * walk.steps[from + 1];
              if (z instanceof double[] d) {
                d[at[0] + i] = ((double[]) in[from])[place];
              } else if (z instanceof long[] l) {
                l[at[0] + i] = ((long[]) in[from])[place];
              } else {
                ((boolean[]) z)[at[0] + i] = ((boolean[]) in[from])[place];
              }
            }
          });
      return z;
    };
  }

  /** Between floating dtypes nothing changes: everything is double precision. */
  static Kernel cast(DType from, DType to) {
    if (from == to || (from.isFloating() && to.isFloating())) {
      return in -> in[0];
    }
    return in -> {
      if (in[0] instanceof boolean[] x) {
        Object out = Data.allocate(to, x.length);
        for (int i = 0; i < x.length; i++) {
          if (out instanceof double[] d) {
            d[i] = x[i] ? 1 : 0;
          } else {
            ((long[]) out)[i] = x[i] ? 1 : 0;
          }
        }
        return out;
      }
      if (in[0] instanceof long[] x) {
        Object out = Data.allocate(to, x.length);
        for (int i = 0; i < x.length; i++) {
          if (out instanceof double[] d) {
            d[i] = (double) x[i];
          } else {
            ((boolean[]) out)[i] = x[i] != 0;
          }
        }
        return out;
      }
      double[] x = (double[]) in[0];
      Object out = Data.allocate(to, x.length);
      for (int i = 0; i < x.length; i++) {
        if (out instanceof long[] l) {
          l[i] = (long) x[i];
        } else {
          ((boolean[]) out)[i] = x[i] != 0;
        }
      }
      return out;
    };
  }
}
