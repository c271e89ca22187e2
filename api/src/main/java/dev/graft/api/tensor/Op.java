package dev.graft.api.tensor;

import java.util.List;

/**
 * What a {@link Node} computes. The primitives below are a closed set: a backend that implements
 * them can run every graph, since {@link Composite}s decompose into them. Operands are listed in
 * order; binary functions broadcast as NumPy does; operands of one operation share a dtype unless
 * said otherwise.
 */
public sealed interface Op
    permits Op.Input,
        Op.Variable,
        Op.Constant,
        Op.Fill,
        Op.Iota,
        Op.Unary,
        Op.Binary,
        Op.Where,
        Op.Cast,
        Op.Reduce,
        Op.ArgMax,
        Op.MatMul,
        Op.Reshape,
        Op.BroadcastTo,
        Op.Permute,
        Op.Slice,
        Op.Concat,
        Op.Gather,
        Op.ScatterAdd,
        Op.UpdateSlice,
        Op.StopGradient,
        Op.After,
        Composite {

  /** A short lower-case name for printing, for example {@code matmul}. */
  String name();

  /** A value fed at every run. */
  record Input(String key) implements Op {
    @Override
    public String name() {
      return "input";
    }
  }

  /** A named value held by the backend; reads see the value from before the run. */
  record Variable(String key) implements Op {
    @Override
    public String name() {
      return "variable";
    }
  }

  /** A literal. */
  record Constant(HostTensor value) implements Op {
    @Override
    public String name() {
      return "constant";
    }
  }

  /** A tensor with the same value everywhere; the node's type gives dtype and shape. */
  record Fill(double value) implements Op {
    @Override
    public String name() {
      return "fill";
    }
  }

  /** Integers 0, 1, 2, … along one axis, constant along the others; dtype i64. */
  record Iota(int axis) implements Op {
    @Override
    public String name() {
      return "iota";
    }
  }

  /** Functions of one floating operand ({@code NEG} and {@code ABS}: also i64). */
  enum UnaryFunction {
    NEG,
    ABS,
    EXP,
    LOG,
    SQRT,
    /** 1/√x. */
    RSQRT,
    SIN,
    COS,
    TANH,
    /** The error function 2/√π ∫₀ˣ exp(−t²) dt. */
    ERF,
    /** 1/(1 + exp(−x)). */
    SIGMOID
  }

  record Unary(UnaryFunction function) implements Op {
    @Override
    public String name() {
      return function.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Functions of two operands with broadcasting. */
  enum BinaryFunction {
    ADD,
    SUB,
    MUL,
    /** Floating operands only. */
    DIV,
    MAX,
    MIN,
    /** Floating operands only; x ≥ 0. */
    POW,
    /** x &lt; y, giving bool. */
    LESS,
    /** x ≤ y, giving bool. */
    LESS_EQUAL,
    /** x = y, giving bool. */
    EQUAL,
    /** Bitwise on i64, logical on bool. */
    AND,
    /** Bitwise on i64, logical on bool. */
    XOR,
    /** i64 with non-negative operands. */
    SHIFT_RIGHT;

    public boolean isComparison() {
      return this == LESS || this == LESS_EQUAL || this == EQUAL;
    }
  }

  record Binary(BinaryFunction function) implements Op {
    @Override
    public String name() {
      return function.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** (condition bool, a, b) → a where the condition holds, else b; all three broadcast. */
  record Where() implements Op {
    @Override
    public String name() {
      return "where";
    }
  }

  /** Conversion; floating to bool is x ≠ 0, bool to number is 0 or 1, floating to i64 truncates. */
  record Cast(DType to) implements Op {
    @Override
    public String name() {
      return "cast";
    }
  }

  /** The reductions: SUM on floating and i64, MAX on floating. */
  enum Reduction {
    SUM,
    MAX
  }

  /** Reduction over the given axes (non-negative, ascending); kept axes have extent 1. */
  record Reduce(Reduction reduction, List<Integer> axes, boolean keep) implements Op {
    public Reduce {
      axes = List.copyOf(axes);
    }

    @Override
    public String name() {
      return "reduce_" + reduction.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** The first index of the largest element along an axis, which is dropped; dtype i64. */
  record ArgMax(int axis) implements Op {
    @Override
    public String name() {
      return "argmax";
    }
  }

  /**
   * Matrix product over the last two axes of operands of equal rank ≥ 2; leading axes broadcast. An
   * operand is transposed first where its flag is set.
   */
  record MatMul(boolean transposeA, boolean transposeB) implements Op {
    @Override
    public String name() {
      return "matmul";
    }
  }

  record Reshape(Shape to) implements Op {
    @Override
    public String name() {
      return "reshape";
    }
  }

  record BroadcastTo(Shape to) implements Op {
    @Override
    public String name() {
      return "broadcast_to";
    }
  }

  /** Output axis i is input axis {@code axes[i]}. */
  record Permute(List<Integer> axes) implements Op {
    public Permute {
      axes = List.copyOf(axes);
    }

    @Override
    public String name() {
      return "permute";
    }
  }

  /** Elements start ≤ i &lt; end of one axis. */
  record Slice(int axis, int start, int end) implements Op {
    @Override
    public String name() {
      return "slice";
    }
  }

  record Concat(int axis) implements Op {
    @Override
    public String name() {
      return "concat";
    }
  }

  /** (table [n, rest…], index i64 [idx…]) → [idx…, rest…]. Indices must lie in 0…n−1. */
  record Gather() implements Op {
    @Override
    public String name() {
      return "gather";
    }
  }

  /** (updates [idx…, rest…], index i64 [idx…]) → [rows, rest…], the sum of updates for each row. */
  record ScatterAdd(int rows) implements Op {
    @Override
    public String name() {
      return "scatter_add";
    }
  }

  /**
   * (x, update, start i64 scalar) → x with {@code update} written along one axis from the run-time
   * index {@code start}; other axes of update equal those of x. Where start + extent does not fit,
   * the run fails with {@code backend.failed} and changes nothing.
   */
  record UpdateSlice(int axis) implements Op {
    @Override
    public String name() {
      return "update_slice";
    }
  }

  /** The identity, through which no gradient flows. */
  record StopGradient() implements Op {
    @Override
    public String name() {
      return "stop_gradient";
    }
  }

  /**
   * (x, dependency…) → x, computed only after the dependencies. Keeps a recomputation from being
   * merged with, or hoisted to, the first computation. Dependencies may have any type.
   */
  record After() implements Op {
    @Override
    public String name() {
      return "after";
    }
  }
}
