package dev.graft.api.tensor;

import dev.graft.api.tensor.Op.BinaryFunction;
import dev.graft.api.tensor.Op.Reduction;
import dev.graft.api.tensor.Op.UnaryFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A symbolic value: one output of a {@link Node}, with a concrete shape and dtype. Methods trace
 * further nodes; nothing is computed. Axes may be negative and then count from the end.
 */
public final class Tensor {
  private final Node node;
  private final int index;

  Tensor(Node node, int index) {
    this.node = node;
    this.index = index;
  }

  public Node node() {
    return node;
  }

  /** Which output of the node this is. */
  public int index() {
    return index;
  }

  public Trace trace() {
    return node.trace();
  }

  public TensorType type() {
    return node.types().get(index);
  }

  public Shape shape() {
    return type().shape();
  }

  public DType dtype() {
    return type().dtype();
  }

  /** Short for {@code shape().dim(axis)}. */
  public int dim(int axis) {
    return shape().dim(axis);
  }

  private Tensor unary(UnaryFunction f) {
    return trace().primitive(new Op.Unary(f), this);
  }

  private Tensor binary(BinaryFunction f, Tensor other) {
    return trace().primitive(new Op.Binary(f), this, other);
  }

  private Tensor like(double value) {
    return trace().fill(value, new TensorType(dtype(), Shape.scalar()));
  }

  public Tensor neg() {
    return unary(UnaryFunction.NEG);
  }

  public Tensor abs() {
    return unary(UnaryFunction.ABS);
  }

  public Tensor exp() {
    return unary(UnaryFunction.EXP);
  }

  public Tensor log() {
    return unary(UnaryFunction.LOG);
  }

  public Tensor sqrt() {
    return unary(UnaryFunction.SQRT);
  }

  /** 1/√x. */
  public Tensor rsqrt() {
    return unary(UnaryFunction.RSQRT);
  }

  public Tensor sin() {
    return unary(UnaryFunction.SIN);
  }

  public Tensor cos() {
    return unary(UnaryFunction.COS);
  }

  public Tensor tanh() {
    return unary(UnaryFunction.TANH);
  }

  public Tensor erf() {
    return unary(UnaryFunction.ERF);
  }

  public Tensor sigmoid() {
    return unary(UnaryFunction.SIGMOID);
  }

  public Tensor square() {
    return times(this);
  }

  public Tensor plus(Tensor other) {
    return binary(BinaryFunction.ADD, other);
  }

  public Tensor plus(double other) {
    return other == 0 ? this : plus(like(other));
  }

  public Tensor minus(Tensor other) {
    return binary(BinaryFunction.SUB, other);
  }

  public Tensor minus(double other) {
    return other == 0 ? this : minus(like(other));
  }

  public Tensor times(Tensor other) {
    return binary(BinaryFunction.MUL, other);
  }

  public Tensor times(double other) {
    return other == 1 ? this : times(like(other));
  }

  public Tensor div(Tensor other) {
    return binary(BinaryFunction.DIV, other);
  }

  public Tensor div(double other) {
    return other == 1 ? this : div(like(other));
  }

  /** The larger of two values, element by element. */
  public Tensor maximum(Tensor other) {
    return binary(BinaryFunction.MAX, other);
  }

  public Tensor maximum(double other) {
    return maximum(like(other));
  }

  /** The smaller of two values, element by element. */
  public Tensor minimum(Tensor other) {
    return binary(BinaryFunction.MIN, other);
  }

  public Tensor minimum(double other) {
    return minimum(like(other));
  }

  public Tensor pow(Tensor exponent) {
    return binary(BinaryFunction.POW, exponent);
  }

  public Tensor less(Tensor other) {
    return binary(BinaryFunction.LESS, other);
  }

  public Tensor lessEqual(Tensor other) {
    return binary(BinaryFunction.LESS_EQUAL, other);
  }

  public Tensor equal(Tensor other) {
    return binary(BinaryFunction.EQUAL, other);
  }

  public Tensor equal(double other) {
    return equal(like(other));
  }

  public Tensor and(Tensor other) {
    return binary(BinaryFunction.AND, other);
  }

  public Tensor xor(Tensor other) {
    return binary(BinaryFunction.XOR, other);
  }

  /** Logical or of two bool values. */
  public Tensor or(Tensor other) {
    return xor(other).xor(and(other));
  }

  public Tensor shiftRight(int bits) {
    return binary(BinaryFunction.SHIFT_RIGHT, like(bits));
  }

  /**
   * For a bool condition: {@code whenTrue} where it holds, else {@code whenFalse}; all broadcast.
   */
  public Tensor where(Tensor whenTrue, Tensor whenFalse) {
    return trace().primitive(new Op.Where(), this, whenTrue, whenFalse);
  }

  public Tensor cast(DType to) {
    return to == dtype() ? this : trace().primitive(new Op.Cast(to), this);
  }

  private Tensor reduce(Reduction r, boolean keep, int... axes) {
    List<Integer> a = new ArrayList<>();
    if (axes.length == 0) {
      for (int i = 0; i < shape().rank(); i++) {
        a.add(i);
      }
    } else {
      Arrays.stream(axes).map(shape()::axis).sorted().distinct().forEach(a::add);
    }
    return a.isEmpty() ? this : trace().primitive(new Op.Reduce(r, a, keep), this);
  }

  /** The sum over the given axes, which are dropped; over all axes when none is given. */
  public Tensor sum(int... axes) {
    return reduce(Reduction.SUM, false, axes);
  }

  /** The sum over the given axes, which stay with extent 1. */
  public Tensor sumKeep(int... axes) {
    return reduce(Reduction.SUM, true, axes);
  }

  /** The largest element over the given axes, which stay with extent 1. */
  public Tensor maxKeep(int... axes) {
    return reduce(Reduction.MAX, true, axes);
  }

  /**
   * The largest element over the given axes, which are dropped; over all axes when none is given.
   */
  public Tensor max(int... axes) {
    return reduce(Reduction.MAX, false, axes);
  }

  /** The mean over the given axes, which stay with extent 1. */
  public Tensor meanKeep(int... axes) {
    Tensor sum = sumKeep(axes);
    long count = 1; // of elements per sum; not from the sizes, which may be 0
    for (int i = 0; i < shape().rank(); i++) {
      count *= dim(i) == sum.dim(i) ? 1 : dim(i);
    }
    return sum.times(1.0 / count);
  }

  public Tensor argMax(int axis) {
    return trace().primitive(new Op.ArgMax(shape().axis(axis)), this);
  }

  /** Matrix product over the last two axes. */
  public Tensor matmul(Tensor other) {
    return matmul(other, false, false);
  }

  /** Matrix product over the last two axes, of operands transposed first where asked. */
  public Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
    return trace().primitive(new Op.MatMul(transposeThis, transposeOther), this, other);
  }

  public Tensor reshape(int... dims) {
    return reshape(Shape.of(dims));
  }

  public Tensor reshape(Shape to) {
    return to.equals(shape()) ? this : trace().primitive(new Op.Reshape(to), this);
  }

  public Tensor broadcastTo(Shape to) {
    return to.equals(shape()) ? this : trace().primitive(new Op.BroadcastTo(to), this);
  }

  /** Output axis i is this tensor's axis {@code axes[i]}. */
  public Tensor permute(int... axes) {
    List<Integer> a = Arrays.stream(axes).map(shape()::axis).boxed().toList();
    return trace().primitive(new Op.Permute(a), this);
  }

  /** Exchanges two axes. */
  public Tensor transpose(int first, int second) {
    int[] axes = new int[shape().rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i;
    }
    axes[shape().axis(first)] = shape().axis(second);
    axes[shape().axis(second)] = shape().axis(first);
    return permute(axes);
  }

  /** Elements start ≤ i &lt; end of an axis. */
  public Tensor slice(int axis, int start, int end) {
    if (start == 0 && end == dim(axis)) {
      return this;
    }
    return trace().primitive(new Op.Slice(shape().axis(axis), start, end), this);
  }

  /** Rows of this table [n, rest…] for an i64 index [idx…]: [idx…, rest…]. */
  public Tensor gather(Tensor index) {
    return trace().primitive(new Op.Gather(), this, index);
  }

  /** The adjoint of {@link #gather}: sums these updates [idx…, rest…] into {@code rows} rows. */
  public Tensor scatterAdd(Tensor index, int rows) {
    return trace().primitive(new Op.ScatterAdd(rows), this, index);
  }

  /** This value with {@code update} written along an axis from a run-time i64 scalar index. */
  public Tensor updateSlice(int axis, Tensor update, Tensor start) {
    return trace().primitive(new Op.UpdateSlice(shape().axis(axis)), this, update, start);
  }

  public Tensor stopGradient() {
    return trace().primitive(new Op.StopGradient(), this);
  }

  /** This value, computed only after the given ones. */
  public Tensor after(Tensor... dependencies) {
    Tensor[] all = new Tensor[dependencies.length + 1];
    all[0] = this;
    System.arraycopy(dependencies, 0, all, 1, dependencies.length);
    return trace().primitive(new Op.After(), all);
  }

  String reference() {
    return "%" + node.id() + (node.types().size() > 1 ? "." + index : "");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Tensor t && t.node == node && t.index == index;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(node) * 31 + index;
  }

  @Override
  public String toString() {
    return reference() + ": " + type();
  }
}
