package dev.graft.graph;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The adjoint of every differentiable primitive; the others let no gradient through. */
final class PrimitiveAdjoints {
  private PrimitiveAdjoints() {}

  /**
   * What a gradient g of the node's output contributes to its operands; entries that are not wanted
   * may be empty.
   */
  static List<Optional<Tensor>> of(Node node, Tensor g, boolean[] wanted) {
    Op op = node.op();
    List<Tensor> in = node.inputs();
    List<Optional<Tensor>> out = Gradients.none(in.size());
    if (op instanceof Op.Unary u) {
      out.set(0, Optional.of(unary(u.function(), in.get(0), node.output(0), g)));
    } else if (op instanceof Op.Binary b) {
      binary(b.function(), in.get(0), in.get(1), node.output(0), g, wanted, out);
    } else if (op instanceof Op.Where) {
      Tensor zero = Gradients.scalar(g.trace(), 0, g.dtype());
      if (wanted[1]) {
        out.set(1, Optional.of(Gradients.unbroadcast(in.get(0).where(g, zero), in.get(1))));
      }
      if (wanted[2]) {
        out.set(2, Optional.of(Gradients.unbroadcast(in.get(0).where(zero, g), in.get(2))));
      }
    } else if (op instanceof Op.Cast) {
      out.set(0, Optional.of(g.cast(in.get(0).dtype())));
    } else if (op instanceof Op.Reduce r) {
      out.set(0, Optional.of(reduce(r, in.get(0), node.output(0), g)));
    } else if (op instanceof Op.MatMul m) {
      matmul(m, in.get(0), in.get(1), g, wanted, out);
    } else if (op instanceof Op.Reshape) {
      out.set(0, Optional.of(g.reshape(in.get(0).shape())));
    } else if (op instanceof Op.BroadcastTo) {
      out.set(0, Optional.of(Gradients.unbroadcast(g, in.get(0))));
    } else if (op instanceof Op.Permute p) {
      int[] inverse = new int[p.axes().size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[p.axes().get(i)] = i;
      }
      out.set(0, Optional.of(g.permute(inverse)));
    } else if (op instanceof Op.Slice s) {
      out.set(0, Optional.of(slice(s, in.get(0), g)));
    } else if (op instanceof Op.Concat c) {
      int from = 0;
      for (int i = 0; i < in.size(); i++) {
        int extent = in.get(i).dim(c.axis());
        if (wanted[i]) {
          out.set(i, Optional.of(g.slice(c.axis(), from, from + extent)));
        }
        from += extent;
      }
    } else if (op instanceof Op.Gather) {
      out.set(0, Optional.of(g.scatterAdd(in.get(1), in.get(0).dim(0))));
    } else if (op instanceof Op.ScatterAdd) {
      out.set(0, Optional.of(g.gather(in.get(1))));
    } else if (op instanceof Op.UpdateSlice u) {
      updateSlice(u, in, g, wanted, out);
    } else if (op instanceof Op.After) {
      out.set(0, Optional.of(g));
    }
    return out; // leaves, comparisons, argMax and stopGradient: none
  }

  private static Tensor unary(Op.UnaryFunction f, Tensor x, Tensor y, Tensor g) {
    return switch (f) {
      case NEG -> g.neg();
      case ABS -> {
        Tensor zero = Gradients.scalar(x.trace(), 0, x.dtype());
        yield x.less(zero).where(g.neg(), zero.less(x).where(g, zero));
      }
      case EXP -> g.times(y);
      case LOG -> g.div(x);
      case SQRT -> g.times(0.5).div(y);
      case RSQRT -> g.times(-0.5).times(y.times(y).times(y));
      case SIN -> g.times(x.cos());
      case COS -> g.times(x.sin()).neg();
      case TANH -> g.times(y.square().neg().plus(1));
      case ERF -> g.times(x.square().neg().exp()).times(2 / Math.sqrt(Math.PI));
      case SIGMOID -> g.times(y.times(y.neg().plus(1)));
    };
  }

  private static void binary(
      Op.BinaryFunction f,
      Tensor a,
      Tensor b,
      Tensor y,
      Tensor g,
      boolean[] wanted,
      List<Optional<Tensor>> out) {
    if (wanted[0]) {
      first(f, a, b, g).ifPresent(d -> out.set(0, Optional.of(Gradients.unbroadcast(d, a))));
    }
    if (wanted[1]) {
      second(f, a, b, y, g).ifPresent(d -> out.set(1, Optional.of(Gradients.unbroadcast(d, b))));
    }
  }

  private static Optional<Tensor> first(Op.BinaryFunction f, Tensor a, Tensor b, Tensor g) {
    return switch (f) {
      case ADD, SUB -> Optional.of(g);
      case MUL -> Optional.of(g.times(b));
      case DIV -> Optional.of(g.div(b));
      case MAX -> Optional.of(share(b.less(a), a.equal(b), g));
      case MIN -> Optional.of(share(a.less(b), a.equal(b), g));
      case POW -> Optional.of(g.times(b).times(a.pow(b.minus(1))));
      case LESS, LESS_EQUAL, EQUAL, AND, XOR, SHIFT_RIGHT -> Optional.empty();
    };
  }

  private static Optional<Tensor> second(
      Op.BinaryFunction f, Tensor a, Tensor b, Tensor y, Tensor g) {
    return switch (f) {
      case ADD -> Optional.of(g);
      case SUB -> Optional.of(g.neg());
      case MUL -> Optional.of(g.times(a));
      case DIV -> Optional.of(g.times(y).div(b).neg());
      case MAX -> Optional.of(share(a.less(b), a.equal(b), g));
      case MIN -> Optional.of(share(b.less(a), a.equal(b), g));
      case POW -> {
        Tensor zero = Gradients.scalar(a.trace(), 0, a.dtype());
        Tensor one = Gradients.scalar(a.trace(), 1, a.dtype());
        Tensor positive = zero.less(a); // 0·log 0 counts as 0
        yield Optional.of(positive.where(g.times(y).times(positive.where(a, one).log()), zero));
      }
      case LESS, LESS_EQUAL, EQUAL, AND, XOR, SHIFT_RIGHT -> Optional.empty();
    };
  }

  /** The gradient to the winner; equal operands share it. */
  private static Tensor share(Tensor wins, Tensor ties, Tensor g) {
    Tensor zero = Gradients.scalar(g.trace(), 0, g.dtype());
    return wins.where(g, ties.where(g.times(0.5), zero));
  }

  private static Tensor reduce(Op.Reduce r, Tensor x, Tensor y, Tensor g) {
    Shape kept = x.shape();
    for (int a : r.axes()) {
      kept = kept.with(a, 1);
    }
    Tensor gKept = g.reshape(kept);
    if (r.reduction() == Op.Reduction.SUM) {
      return gKept.broadcastTo(x.shape());
    }
    DType d = x.dtype();
    Tensor hit = x.equal(y.reshape(kept));
    Tensor zero = Gradients.scalar(x.trace(), 0, d);
    Tensor ones = hit.where(Gradients.scalar(x.trace(), 1, d), zero);
    Tensor count = ones.sumKeep(r.axes().stream().mapToInt(Integer::intValue).toArray());
    return ones.times(gKept.div(count)); // equal maxima share the gradient
  }

  private static void matmul(
      Op.MatMul m, Tensor a, Tensor b, Tensor g, boolean[] wanted, List<Optional<Tensor>> out) {
    boolean ta = m.transposeA();
    boolean tb = m.transposeB();
    if (wanted[0]) {
      Tensor d = ta ? b.matmul(g, tb, true) : g.matmul(b, false, !tb);
      out.set(0, Optional.of(Gradients.unbroadcast(d, a)));
    }
    if (wanted[1]) {
      Tensor d = tb ? g.matmul(a, true, ta) : a.matmul(g, !ta, false);
      out.set(1, Optional.of(Gradients.unbroadcast(d, b)));
    }
  }

  private static Tensor slice(Op.Slice s, Tensor x, Tensor g) {
    Trace t = x.trace();
    List<Tensor> parts = new ArrayList<>();
    if (s.start() > 0) {
      parts.add(t.zeros(new TensorType(x.dtype(), x.shape().with(s.axis(), s.start()))));
    }
    parts.add(g);
    int rest = x.dim(s.axis()) - s.end();
    if (rest > 0) {
      parts.add(t.zeros(new TensorType(x.dtype(), x.shape().with(s.axis(), rest))));
    }
    return t.concat(s.axis(), parts);
  }

  private static void updateSlice(
      Op.UpdateSlice u, List<Tensor> in, Tensor g, boolean[] wanted, List<Optional<Tensor>> out) {
    Tensor update = in.get(1);
    Tensor start = in.get(2);
    if (wanted[0]) {
      Tensor zeros = g.trace().zeros(update.type());
      out.set(0, Optional.of(g.updateSlice(u.axis(), zeros, start)));
    }
    if (wanted[1]) {
      Tensor index = g.trace().iota(0, update.dim(u.axis())).plus(start);
      Tensor rows = u.axis() == 0 ? g : g.transpose(0, u.axis());
      Tensor picked = rows.gather(index);
      out.set(1, Optional.of(u.axis() == 0 ? picked : picked.transpose(0, u.axis())));
    }
  }
}
