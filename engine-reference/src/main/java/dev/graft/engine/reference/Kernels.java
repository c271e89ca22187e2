package dev.graft.engine.reference;

import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the kernel of every primitive; shapes are fixed here, before the first run. */
final class Kernels {
  private Kernels() {}

  /** The kernel of a node; null for inputs and variables, which nothing computes. */
  static @Nullable Kernel of(Node node) {
    Op op = node.op();
    if (op instanceof Op.Input || op instanceof Op.Variable) {
      return null;
    }
    TensorType out = node.types().get(0);
    List<TensorType> in = node.inputs().stream().map(t -> t.type()).toList();
    if (op instanceof Op.Constant c) {
      Object data = Data.fromHost(c.value());
      return operands -> data;
    } else if (op instanceof Op.Fill f) {
      return operands -> Data.filled(out, f.value());
    } else if (op instanceof Op.Iota i) {
      return Movement.iota(i.axis(), out.shape());
    } else if (op instanceof Op.Unary u) {
      return Elementwise.unary(u.function(), out);
    } else if (op instanceof Op.Binary b) {
      return Elementwise.binary(b.function(), in.get(0), in.get(1), out);
    } else if (op instanceof Op.Where) {
      return Elementwise.where(in, out);
    } else if (op instanceof Op.Cast c) {
      return Elementwise.cast(in.get(0).dtype(), c.to());
    } else if (op instanceof Op.Reduce r) {
      return Reductions.reduce(r, in.get(0));
    } else if (op instanceof Op.ArgMax a) {
      return Reductions.argMax(a.axis(), in.get(0).shape());
    } else if (op instanceof Op.MatMul m) {
      return MatrixProduct.of(m, in.get(0).shape(), in.get(1).shape(), out.shape());
    } else if (op instanceof Op.Reshape
        || op instanceof Op.StopGradient
        || op instanceof Op.After) {
      return operands -> operands[0];
    } else if (op instanceof Op.BroadcastTo) {
      return Movement.copy(out, Strided.broadcast(in.get(0).shape(), out.shape()), 0);
    } else if (op instanceof Op.Permute p) {
      int[] from = Strided.contiguous(in.get(0).shape());
      return Movement.copy(out, p.axes().stream().mapToInt(a -> from[a]).toArray(), 0);
    } else if (op instanceof Op.Slice s) {
      int[] from = Strided.contiguous(in.get(0).shape());
      return Movement.copy(out, from, s.start() * from[s.axis()]);
    } else if (op instanceof Op.Concat c) {
      return Movement.concat(c.axis(), in, out);
    } else if (op instanceof Op.Gather) {
      return Movement.gather(in.get(0), in.get(1).shape());
    } else if (op instanceof Op.ScatterAdd s) {
      return Movement.scatterAdd(s.rows(), in.get(1).shape(), out.shape());
    } else if (op instanceof Op.UpdateSlice u) {
      return Movement.updateSlice(u.axis(), in.get(0), in.get(1).shape());
    }
    throw new IllegalStateException("no kernel for " + node);
  }
}
