package dev.graft.testkit;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Op.BinaryFunction;
import dev.graft.api.tensor.Op.Reduction;
import dev.graft.api.tensor.Op.UnaryFunction;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.testkit.OpCase.Trait;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Every primitive but {@code cast} and {@code input}, which the conformance class covers. */
final class PrimitiveCases {
  /** Pairs of shapes that broadcast: equal, by rank, by extent 1 on one and both sides, scalars. */
  private static final List<int[][]> PAIRS =
      List.of(
          new int[][] {{3, 4}, {3, 4}},
          new int[][] {{2, 3, 4}, {4}},
          new int[][] {{2, 3, 4}, {3, 1}},
          new int[][] {{4}, {2, 3, 4}},
          new int[][] {{2, 1, 4}, {1, 3, 1}},
          new int[][] {{2, 3}, {}},
          new int[][] {{}, {2, 3}},
          new int[][] {{}, {}},
          new int[][] {{1, 1}, {1}},
          new int[][] {{0, 3}, {3}},
          new int[][] {{2, 0}, {1, 1}});

  private static final Set<BinaryFunction> FLOATING_ONLY =
      EnumSet.of(BinaryFunction.DIV, BinaryFunction.POW);

  private static final Set<BinaryFunction> BITS =
      EnumSet.of(BinaryFunction.AND, BinaryFunction.XOR, BinaryFunction.SHIFT_RIGHT);

  private PrimitiveCases() {}

  static List<OpCase> all() {
    List<OpCase> out = new ArrayList<>();
    for (UnaryFunction f : UnaryFunction.values()) {
      out.add(unary(f));
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      if (!BITS.contains(f)) {
        out.add(binary(f));
      }
      if (!FLOATING_ONLY.contains(f)) {
        out.add(integers(f));
      }
    }
    out.add(ties());
    out.add(integerNegation());
    out.add(booleans());
    out.add(where());
    out.add(whereIntegers());
    out.add(sums());
    out.add(maxima());
    out.add(integerSums());
    out.add(longSum());
    out.add(argMax());
    out.add(matmul());
    out.add(batchedMatmul());
    out.add(emptyMatmul());
    out.add(largerMatmul());
    out.add(reshape());
    out.add(broadcastTo());
    out.add(permute());
    out.add(slice());
    out.add(concat());
    out.add(concatIntegers());
    out.add(gather());
    out.add(gatherIntegers());
    out.add(scatterAdd());
    out.add(updateSlice());
    out.add(updateSliceIntegers());
    out.add(stopGradient());
    out.add(after());
    out.add(fill());
    out.add(iota());
    out.add(constant());
    return out;
  }

  private static String name(Enum<?> function) {
    return function.name().toLowerCase(Locale.ROOT);
  }

  private static String shapes(int[]... dims) {
    return String.join(" and ", Arrays.stream(dims).map(Arrays::toString).toList());
  }

  private static OpCase unary(UnaryFunction f) {
    boolean positive =
        f == UnaryFunction.LOG || f == UnaryFunction.SQRT || f == UnaryFunction.RSQRT;
    return OpCase.of(
        name(f),
        f == UnaryFunction.NEG || f == UnaryFunction.ABS ? Tolerance.EXACT : Tolerance.ELEMENTWISE,
        c -> {
          for (int[] dims : new int[][] {{3, 5}, {}, {1, 1}, {0, 2}, {2, 3, 2, 2}}) {
            Tensor x = positive ? c.positive(dims) : c.normal(dims);
            c.out(shapes(dims), c.trace().primitive(new Op.Unary(f), x));
          }
        });
  }

  private static OpCase binary(BinaryFunction f) {
    boolean exact = f.isComparison() || f == BinaryFunction.MAX || f == BinaryFunction.MIN;
    OpCase c =
        OpCase.of(
            name(f),
            exact ? Tolerance.EXACT : Tolerance.ELEMENTWISE,
            t -> {
              for (int[][] pair : PAIRS) {
                boolean positive = f == BinaryFunction.POW || f == BinaryFunction.DIV;
                Tensor a = f == BinaryFunction.POW ? t.positive(pair[0]) : t.normal(pair[0]);
                Tensor b = positive ? t.positive(pair[1]) : t.normal(pair[1]);
                t.out(shapes(pair), t.trace().primitive(new Op.Binary(f), a, b));
              }
            });
    return f.isComparison() ? c.with(Trait.NOT_SMOOTH) : c;
  }

  private static OpCase integers(BinaryFunction f) {
    return OpCase.of(
            name(f) + " of integers",
            Tolerance.EXACT,
            t -> {
              boolean shift = f == BinaryFunction.SHIFT_RIGHT;
              for (int[][] pair : PAIRS) {
                Tensor a = t.integers(BITS.contains(f) ? 0 : -4, 9, pair[0]);
                Tensor b = t.integers(BITS.contains(f) ? 0 : -4, 5, pair[1]);
                t.out(shapes(pair), t.trace().primitive(new Op.Binary(f), a, b));
              }
              Shape four = Shape.of(4);
              Tensor large;
              Tensor other;
              if (f == BinaryFunction.MUL) { // products stay below 2^63
                large = t.longs(four, 1L << 31, 0x7fff_ffffL, 3037000499L, 0xffff_ffffL);
                other = t.longs(four, 1L << 31, 0x7fff_ffffL, 3037000499L, 0x7fff_fffeL);
              } else {
                large =
                    t.longs(four, 1L << 62, (1L << 53) + 1, 0x7edc_ba98_7654_3210L, 0xffff_ffffL);
                other = shift ? t.longs(four, 61, 1, 32, 16) : t.longs(four, 1, 2, 3, 3);
              }
              t.out("large values", t.trace().primitive(new Op.Binary(f), large, other));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase ties() {
    return OpCase.of(
            "equal operands",
            Tolerance.EXACT,
            c -> {
              Tensor a = c.grid(5, 8);
              Tensor b = c.grid(8);
              c.out("less", a.less(b));
              c.out("less_equal", a.lessEqual(b));
              c.out("equal", a.equal(b));
              c.out("max", a.maximum(b));
              c.out("min", a.minimum(b));
            })
        .with(Trait.NOT_SMOOTH);
  }

  private static OpCase integerNegation() {
    return OpCase.of(
            "neg and abs of integers",
            Tolerance.EXACT,
            c -> {
              c.out("neg", c.integers(-5, 5, 3, 4).neg());
              c.out("abs", c.integers(-5, 5, 3, 4).abs());
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase booleans() {
    return OpCase.of(
            "and, xor and equal of booleans",
            Tolerance.EXACT,
            c -> {
              for (int[][] pair : PAIRS) {
                Tensor a = c.booleans(pair[0]);
                Tensor b = c.booleans(pair[1]);
                c.out("and of " + shapes(pair), a.and(b));
                c.out("xor of " + shapes(pair), a.xor(b));
                c.out("equal of " + shapes(pair), a.equal(b));
              }
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase where() {
    return OpCase.of(
        "where",
        Tolerance.EXACT,
        c -> {
          c.out("equal shapes", c.booleans(3, 4).where(c.normal(3, 4), c.normal(3, 4)));
          c.out("a condition by row", c.booleans(3, 1).where(c.normal(3, 4), c.normal(4)));
          c.out("scalar branches", c.booleans(2, 3).where(c.normal(), c.normal()));
          c.out("a scalar condition", c.booleans().where(c.normal(2, 1), c.normal(1, 3)));
          c.out("nothing", c.booleans(0, 3).where(c.normal(3), c.normal()));
        });
  }

  private static OpCase whereIntegers() {
    return OpCase.of(
            "where of integers and booleans",
            Tolerance.EXACT,
            c -> {
              Tensor condition = c.booleans(3, 1);
              c.out("i64", condition.where(c.integers(0, 9, 3, 4), c.integers(0, 9, 4)));
              c.out("bool", condition.where(c.booleans(3, 4), c.booleans(4)));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static void reductions(CaseTrace c, Reduction r, Tensor x) {
    for (List<Integer> axes :
        List.of(
            List.of(0), List.of(1), List.of(2), List.of(0, 2), List.of(1, 2), List.of(0, 1, 2))) {
      for (boolean keep : new boolean[] {false, true}) {
        c.out(
            "axes " + axes + (keep ? " kept" : " dropped"),
            c.trace().primitive(new Op.Reduce(r, axes, keep), x));
      }
    }
  }

  private static OpCase sums() {
    return OpCase.of(
        "reduce_sum",
        Tolerance.REDUCTION,
        c -> {
          reductions(c, Reduction.SUM, c.normal(2, 3, 4));
          c.out("axes of extent 1", c.normal(1, 3, 1).sum(0, 2));
          c.out("an empty axis, dropped", c.normal(2, 0).sum(1));
          c.out("an empty axis, kept", c.normal(0, 2).sumKeep(0));
          c.out("no result", c.normal(0, 2).sum(1));
        });
  }

  private static OpCase maxima() {
    return OpCase.of(
        "reduce_max",
        Tolerance.EXACT,
        c -> {
          reductions(c, Reduction.MAX, c.normal(2, 3, 4));
          c.out("axes of extent 1", c.normal(1, 3, 1).max(0, 2));
          c.out("no result", c.normal(0, 2).max(1));
        });
  }

  private static OpCase integerSums() {
    return OpCase.of(
            "reduce_sum of integers",
            Tolerance.EXACT,
            c -> {
              reductions(c, Reduction.SUM, c.integers(-9, 9, 2, 3, 4));
              c.out("an empty axis", c.integers(0, 9, 2, 0).sum(1));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase longSum() {
    return OpCase.of(
        "a sum of many",
        Tolerance.REDUCTION,
        c -> c.out("600 positive values", c.positive(2, 600).sum(1)));
  }

  private static OpCase argMax() {
    return OpCase.of(
            "argmax",
            Tolerance.EXACT,
            c -> {
              Tensor x = c.normal(2, 5, 4);
              Tensor equal = c.grid(3, 40);
              for (int axis = 0; axis < 3; axis++) {
                c.out("axis " + axis, x.argMax(axis));
              }
              c.out("the first of equal elements, last axis", equal.argMax(1));
              c.out("the first of equal elements, first axis", equal.argMax(0));
              c.out("one element", c.normal(1).argMax(0));
              c.out("no result", c.normal(0, 3).argMax(1));
            })
        .with(Trait.NOT_SMOOTH);
  }

  private static void products(
      CaseTrace c, String what, int[] batchA, int[] batchB, int m, int k, int n) {
    for (int flags = 0; flags < 4; flags++) {
      boolean ta = (flags & 1) != 0;
      boolean tb = (flags & 2) != 0;
      Shape a = ta ? Shape.of(batchA).append(k, m) : Shape.of(batchA).append(m, k);
      Shape b = tb ? Shape.of(batchB).append(n, k) : Shape.of(batchB).append(k, n);
      c.out(
          what + ", transposeA " + ta + ", transposeB " + tb,
          c.normal(a.toArray()).matmul(c.normal(b.toArray()), ta, tb));
    }
  }

  private static OpCase matmul() {
    return OpCase.of(
        "matmul",
        Tolerance.PRODUCT,
        c -> {
          products(c, "[2, 5]·[5, 3]", new int[] {}, new int[] {}, 2, 5, 3);
          products(c, "square", new int[] {}, new int[] {}, 3, 3, 3);
          products(c, "extent 1", new int[] {}, new int[] {}, 1, 1, 1);
          products(c, "a row", new int[] {}, new int[] {}, 1, 4, 3);
          products(c, "a column", new int[] {}, new int[] {}, 4, 3, 1);
        });
  }

  private static OpCase batchedMatmul() {
    return OpCase.of(
        "matmul over batches",
        Tolerance.PRODUCT,
        c -> {
          products(c, "batch 3", new int[] {3}, new int[] {3}, 2, 4, 3);
          products(c, "the first broadcast", new int[] {1}, new int[] {3}, 2, 4, 3);
          products(c, "the second broadcast", new int[] {3}, new int[] {1}, 2, 4, 3);
          products(c, "both broadcast", new int[] {2, 1}, new int[] {1, 3}, 2, 4, 3);
          products(c, "rank 4", new int[] {2, 3}, new int[] {2, 3}, 2, 4, 3);
        });
  }

  private static OpCase emptyMatmul() {
    return OpCase.of(
        "matmul of nothing",
        Tolerance.PRODUCT,
        c -> {
          products(c, "no rows", new int[] {}, new int[] {}, 0, 3, 2);
          products(c, "no columns", new int[] {}, new int[] {}, 2, 3, 0);
          products(c, "an empty sum", new int[] {}, new int[] {}, 2, 0, 3);
          products(c, "no batch", new int[] {0}, new int[] {0}, 2, 3, 2);
        });
  }

  private static OpCase largerMatmul() {
    return OpCase.of(
        "matmul beyond one tile",
        Tolerance.PRODUCT,
        c -> products(c, "[37, 131]·[131, 67]", new int[] {}, new int[] {}, 37, 131, 67));
  }

  private static OpCase reshape() {
    return OpCase.of(
        "reshape",
        Tolerance.EXACT,
        c -> {
          Tensor x = c.normal(2, 3, 4);
          c.out("joined", x.reshape(6, 4));
          c.out("split", x.reshape(2, 3, 2, 2));
          c.out("after a permutation", x.permute(2, 0, 1).reshape(8, 3));
          c.out("a scalar from one element", c.normal(1, 1).reshape());
          c.out("one element from a scalar", c.normal().reshape(1, 1, 1));
          c.out("nothing", c.normal(0, 3).reshape(3, 0, 2));
        });
  }

  private static OpCase broadcastTo() {
    return OpCase.of(
        "broadcast_to",
        Tolerance.EXACT,
        c -> {
          c.out("new axes", c.normal(4).broadcastTo(Shape.of(2, 3, 4)));
          c.out("an axis of extent 1", c.normal(2, 1, 4).broadcastTo(Shape.of(2, 3, 4)));
          c.out("a scalar", c.normal().broadcastTo(Shape.of(2, 2)));
          c.out("to nothing", c.normal(1, 3).broadcastTo(Shape.of(0, 3)));
          c.out(
              "to its own shape",
              c.trace().primitive(new Op.BroadcastTo(Shape.of(2, 2)), c.normal(2, 2)));
        });
  }

  private static OpCase permute() {
    return OpCase.of(
        "permute",
        Tolerance.EXACT,
        c -> {
          c.out("a transposition", c.normal(3, 4).transpose(0, 1));
          c.out("a rotation", c.normal(2, 3, 4).permute(1, 2, 0));
          c.out("the other rotation", c.normal(2, 3, 4).permute(2, 0, 1));
          c.out("rank 4", c.normal(2, 3, 4, 2).permute(0, 2, 1, 3));
          c.out("the identity", c.normal(2, 3).permute(0, 1));
          c.out("nothing", c.normal(0, 3, 2).permute(2, 0, 1));
        });
  }

  private static OpCase slice() {
    return OpCase.of(
        "slice",
        Tolerance.EXACT,
        c -> {
          Tensor x = c.normal(4, 5, 3);
          c.out("the start of axis 0", x.slice(0, 0, 2));
          c.out("the middle of axis 1", x.slice(1, 1, 4));
          c.out("the end of axis 2", x.slice(2, 2, 3));
          c.out("nothing", x.slice(1, 2, 2));
          c.out("nothing at the end", x.slice(0, 4, 4));
          c.out("everything", c.trace().primitive(new Op.Slice(0, 0, 4), x));
          c.out("after a permutation", x.permute(2, 1, 0).slice(1, 1, 3));
        });
  }

  private static OpCase concat() {
    return OpCase.of(
        "concat",
        Tolerance.EXACT,
        c -> {
          for (int axis = 0; axis < 3; axis++) {
            int[] more = {2, 3, 4};
            more[axis] = 5;
            Tensor a = c.normal(2, 3, 4);
            c.out("axis " + axis, c.trace().concat(axis, List.of(a, c.normal(more), a)));
          }
          c.out(
              "an empty part",
              c.trace().concat(0, List.of(c.normal(2, 3), c.normal(0, 3), c.normal(1, 3))));
          c.out("one part", c.trace().primitive(new Op.Concat(1), c.normal(2, 3)));
        });
  }

  private static OpCase concatIntegers() {
    return OpCase.of(
            "concat of integers and booleans",
            Tolerance.EXACT,
            c -> {
              c.out(
                  "i64",
                  c.trace().concat(1, List.of(c.integers(0, 9, 2, 3), c.integers(0, 9, 2, 1))));
              c.out("bool", c.trace().concat(0, List.of(c.booleans(2), c.booleans(3))));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase gather() {
    return OpCase.of(
        "gather",
        Tolerance.EXACT,
        c -> {
          Tensor table = c.normal(5, 3);
          c.out("an index of rank 1", table.gather(c.longs(Shape.of(4), 4, 0, 0, 2)));
          c.out("an index of rank 2", table.gather(c.longs(Shape.of(2, 3), 4, 0, 0, 2, 1, 4)));
          c.out("a scalar index", table.gather(c.longs(Shape.scalar(), 3)));
          c.out("no index", table.gather(c.longs(Shape.of(0))));
          c.out("a table of rank 1", c.normal(6).gather(c.integers(0, 6, 2, 2)));
          c.out("a table of rank 3", c.normal(4, 2, 3).gather(c.integers(0, 4, 5)));
        });
  }

  private static OpCase gatherIntegers() {
    return OpCase.of(
            "gather of integers and booleans",
            Tolerance.EXACT,
            c -> {
              c.out("i64", c.integers(-9, 9, 5, 2).gather(c.integers(0, 5, 3)));
              c.out("bool", c.booleans(6).gather(c.integers(0, 6, 2, 2)));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase scatterAdd() {
    return OpCase.of(
        "scatter_add",
        Tolerance.REDUCTION,
        c -> {
          c.out(
              "repeated indices, untouched rows",
              c.normal(5, 3).scatterAdd(c.longs(Shape.of(5), 2, 0, 2, 2, 5), 7));
          c.out(
              "an index of rank 2",
              c.normal(2, 3, 2).scatterAdd(c.longs(Shape.of(2, 3), 1, 1, 0, 3, 1, 3), 4));
          c.out("single elements", c.normal(6).scatterAdd(c.integers(0, 3, 6), 3));
          c.out("a scalar index", c.normal(3).scatterAdd(c.longs(Shape.scalar(), 1), 2));
          c.out("nothing", c.normal(0, 2).scatterAdd(c.longs(Shape.of(0)), 3));
        });
  }

  private static OpCase updateSlice() {
    return OpCase.of(
        "update_slice",
        Tolerance.EXACT,
        c -> {
          for (int axis = 0; axis < 3; axis++) {
            for (int start = 0; start < 3; start++) {
              int[] part = {4, 4, 4};
              part[axis] = 2;
              c.out(
                  "axis " + axis + " from " + start,
                  c.normal(4, 4, 4)
                      .updateSlice(axis, c.normal(part), c.longs(Shape.scalar(), start)));
            }
          }
          Tensor zero = c.longs(Shape.scalar(), 0);
          c.out("everything", c.normal(3, 2).updateSlice(0, c.normal(3, 2), zero));
          c.out("nothing", c.normal(3, 2).updateSlice(0, c.normal(0, 2), zero));
        });
  }

  private static OpCase updateSliceIntegers() {
    return OpCase.of(
            "update_slice of integers",
            Tolerance.EXACT,
            c -> {
              Tensor start = c.longs(Shape.scalar(), 2);
              c.out("i64", c.integers(0, 9, 5).updateSlice(0, c.integers(10, 19, 2), start));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase stopGradient() {
    return OpCase.of(
        "stop_gradient",
        Tolerance.EXACT,
        c -> {
          Tensor x = c.normal(2, 3);
          c.out("of an operand", x.stopGradient());
          c.out("of a result", x.neg().stopGradient().maximum(x));
        });
  }

  private static OpCase after() {
    return OpCase.of(
        "after",
        Tolerance.EXACT,
        c -> {
          Tensor x = c.normal(2, 3);
          Tensor y = c.normal(4);
          c.out("another value", x.neg().after(y.neg()));
          c.out("values of several types", x.after(c.integers(0, 5, 2), c.booleans(3), y));
        });
  }

  private static OpCase fill() {
    return OpCase.of(
        "fill",
        Tolerance.ELEMENTWISE,
        c -> {
          c.out(
              "a floating scalar", c.trace().fill(0.3, new TensorType(c.dtype(), Shape.scalar())));
          c.out("floating", c.trace().fill(-1e9, TensorType.of(c.dtype(), 2, 3)));
          c.out("nothing", c.trace().fill(1, TensorType.of(c.dtype(), 0, 3)));
          c.out("i64", c.trace().fill(0x1p52, TensorType.of(DType.I64, 2)));
          c.out("true", c.trace().fill(1, TensorType.of(DType.BOOL, 2)));
          c.out("false", c.trace().fill(0, TensorType.of(DType.BOOL, 2, 1)));
        });
  }

  private static OpCase iota() {
    return OpCase.of(
            "iota",
            Tolerance.EXACT,
            c -> {
              c.out("rank 1", c.trace().iota(0, 5));
              for (int axis = 0; axis < 3; axis++) {
                c.out("axis " + axis, c.trace().iota(axis, 2, 3, 4));
              }
              c.out("nothing", c.trace().iota(1, 0, 3));
            })
        .with(Trait.ONE_DTYPE);
  }

  private static OpCase constant() {
    return OpCase.of(
        "constant",
        Tolerance.EXACT,
        c -> {
          c.out(
              "floating",
              c.trace().constant(HostTensor.generate(c.dtype(), Shape.of(2, 3), i -> i / 8.0 - 1)));
          c.out(
              "a scalar",
              c.trace().constant(HostTensor.generate(c.dtype(), Shape.scalar(), i -> -0.625)));
          c.out("i64", c.trace().constant(HostTensor.ofLongs(Shape.of(2), -3, (1L << 62) + 1)));
          c.out("bool", c.trace().constant(HostTensor.ofBooleans(Shape.of(3), true, false, true)));
        });
  }
}
