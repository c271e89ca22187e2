package dev.graft.graph;

import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.CrossEntropyGrad;
import dev.graft.api.ops.Gelu;
import dev.graft.api.ops.LayerNorm;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.RmsNormGrad;
import dev.graft.api.ops.Rotary;
import dev.graft.api.ops.Silu;
import dev.graft.api.ops.Softmax;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.ops.SwiGluGrad;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Hand-written adjoints of the composites that have one better than their decomposition's. */
final class CompositeAdjoints {
  private CompositeAdjoints() {}

  /**
   * What the gradients of a composite's outputs contribute to its operands; empty as a whole when
   * there is no rule for this composite, or not for these outputs and operands.
   */
  static Optional<List<Optional<Tensor>>> of(
      Node node, List<Optional<Tensor>> incoming, boolean[] wanted) {
    Op op = node.op();
    if (op instanceof LinearCrossEntropy
        && incoming.get(0).isPresent()
        && incoming.get(1).isEmpty()) {
      return Optional.of(linearCrossEntropy(node, incoming.get(0).get(), wanted));
    }
    if (op instanceof Attention a) {
      if (incoming.get(1).isPresent() || wanted[3] || incoming.get(0).isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(attention(a, node, incoming.get(0).get()));
    }
    if (node.types().size() != 1 || incoming.get(0).isEmpty()) {
      return Optional.empty();
    }
    Tensor g = incoming.get(0).get();
    List<Tensor> in = node.inputs();
    if (op instanceof Linear) {
      return Optional.of(linear(in, g, wanted));
    } else if (op instanceof Softmax) {
      return Optional.of(List.of(Optional.of(softmax(node.output(0), g))));
    } else if (op instanceof RmsNorm n) {
      return Optional.of(rmsNorm(n, in, g, wanted));
    } else if (op instanceof LayerNorm n) {
      return Optional.of(layerNorm(n, in, g, wanted));
    } else if (op instanceof Silu) {
      Tensor x = wide(in.get(0));
      Tensor s = x.sigmoid();
      Tensor slope = s.times(x.times(s.neg().plus(1)).plus(1));
      return Optional.of(List.of(Optional.of(wide(g).times(slope).cast(g.dtype()))));
    } else if (op instanceof Gelu gelu) {
      Tensor slope = geluSlope(gelu.form(), wide(in.get(0)));
      return Optional.of(List.of(Optional.of(wide(g).times(slope).cast(g.dtype()))));
    } else if (op instanceof SwiGlu) {
      List<Tensor> d = SwiGluGrad.of(g, in.get(0), in.get(1));
      return Optional.of(List.of(Optional.of(d.get(0)), Optional.of(d.get(1))));
    } else if (op instanceof Rotary && !wanted[1] && !wanted[2]) {
      Tensor dx = Rotary.of(g, in.get(1), in.get(2).neg());
      return Optional.of(List.of(Optional.of(dx), Optional.empty(), Optional.empty()));
    } else if (op instanceof CrossEntropy) {
      Tensor d = CrossEntropyGrad.of(g, in.get(0), in.get(1));
      return Optional.of(List.of(Optional.of(d), Optional.empty()));
    }
    return Optional.empty();
  }

  private static Tensor wide(Tensor t) {
    return t.cast(t.dtype().wide());
  }

  private static Tensor rows(Tensor x) {
    int c = x.dim(-1);
    return x.reshape((int) (x.shape().size() / Math.max(1, c)), c);
  }

  private static List<Optional<Tensor>> linear(List<Tensor> in, Tensor g, boolean[] wanted) {
    List<Optional<Tensor>> out = Gradients.none(in.size());
    Tensor x = in.get(0);
    Tensor w = in.get(1);
    if (wanted[0]) {
      out.set(0, Optional.of(rows(g).matmul(w).reshape(x.shape())));
    }
    if (wanted[1]) {
      out.set(1, Optional.of(rows(g).matmul(rows(x), true, false)));
    }
    if (wanted.length == 3 && wanted[2]) {
      out.set(2, Optional.of(sumRows(g)));
    }
    return out;
  }

  /** The sum over all axes but the last, accumulated wide. */
  private static Tensor sumRows(Tensor x) {
    return rows(wide(x)).sum(0).cast(x.dtype());
  }

  private static Tensor softmax(Tensor y, Tensor g) {
    Tensor yw = wide(y);
    Tensor gw = wide(g);
    return yw.times(gw.minus(gw.times(yw).sumKeep(-1))).cast(y.dtype());
  }

  private static List<Optional<Tensor>> rmsNorm(
      RmsNorm n, List<Tensor> in, Tensor g, boolean[] wanted) {
    List<Optional<Tensor>> out = Gradients.none(2);
    if (wanted[0]) {
      out.set(0, Optional.of(RmsNormGrad.of(g, in.get(0), in.get(1), n.eps())));
    }
    if (wanted[1]) {
      Tensor x = wide(in.get(0));
      Tensor normed = x.times(x.square().meanKeep(-1).plus(n.eps()).rsqrt());
      out.set(1, Optional.of(rows(wide(g).times(normed)).sum(0).cast(g.dtype())));
    }
    return out;
  }

  private static List<Optional<Tensor>> layerNorm(
      LayerNorm n, List<Tensor> in, Tensor g, boolean[] wanted) {
    List<Optional<Tensor>> out = Gradients.none(3);
    Tensor x = wide(in.get(0));
    Tensor centred = x.minus(x.meanKeep(-1));
    Tensor rho = centred.square().meanKeep(-1).plus(n.eps()).rsqrt();
    Tensor normed = centred.times(rho);
    if (wanted[0]) {
      Tensor gw = wide(g).times(wide(in.get(1)));
      Tensor dx =
          gw.minus(gw.meanKeep(-1)).minus(normed.times(gw.times(normed).meanKeep(-1))).times(rho);
      out.set(0, Optional.of(dx.cast(g.dtype())));
    }
    if (wanted[1]) {
      out.set(1, Optional.of(rows(wide(g).times(normed)).sum(0).cast(g.dtype())));
    }
    if (wanted[2]) {
      out.set(2, Optional.of(sumRows(g)));
    }
    return out;
  }

  private static Tensor geluSlope(Gelu.Form form, Tensor x) {
    if (form == Gelu.Form.EXACT) {
      Tensor phi = x.times(Math.sqrt(0.5)).erf().plus(1).times(0.5);
      Tensor density = x.square().times(-0.5).exp().times(1 / Math.sqrt(2 * Math.PI));
      return phi.plus(x.times(density));
    }
    double c = Math.sqrt(2 / Math.PI);
    Tensor t = x.times(x.square().times(0.044715).plus(1)).times(c).tanh();
    Tensor inner = x.square().times(3 * 0.044715).plus(1).times(c);
    Tensor half = t.plus(1).times(0.5);
    return half.plus(x.times(0.5).times(t.square().neg().plus(1)).times(inner));
  }

  private static List<Optional<Tensor>> attention(Attention a, Node node, Tensor g) {
    List<Tensor> in = node.inputs();
    List<Tensor> d =
        AttentionGrad.of(
            g,
            in.get(0),
            in.get(1),
            in.get(2),
            in.get(3),
            node.output(0),
            node.output(1),
            a.scale());
    return List.of(
        Optional.of(d.get(0)), Optional.of(d.get(1)), Optional.of(d.get(2)), Optional.empty());
  }

  private static List<Optional<Tensor>> linearCrossEntropy(Node node, Tensor g, boolean[] wanted) {
    List<Optional<Tensor>> out = Gradients.none(3);
    Tensor hidden = node.inputs().get(0);
    Tensor weight = node.inputs().get(1);
    Tensor targets = node.inputs().get(2);
    if (wanted[0]) {
      Tensor scale = g.reshape(g.dim(0), 1).cast(hidden.dtype());
      out.set(0, Optional.of(node.output(1).times(scale)));
    }
    if (wanted[1]) {
      Tensor logits = hidden.matmul(weight, false, true);
      Tensor dlogits = CrossEntropyGrad.of(g, logits, targets);
      out.set(1, Optional.of(dlogits.matmul(hidden, true, false)));
    }
    return out;
  }
}
