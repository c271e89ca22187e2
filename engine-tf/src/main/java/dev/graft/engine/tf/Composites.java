package dev.graft.engine.tf;

import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.CrossEntropyGrad;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.LowRankRowNorm;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.RmsNormGrad;
import dev.graft.api.ops.Silu;
import dev.graft.api.ops.Softmax;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.ops.SwiGluGrad;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.Set;

/** The composites that have better operators, or need fewer passes, than their decomposition. */
final class Composites {
  /** Their names. */
  static final Set<String> FUSED =
      Set.of(
          "adamw",
          "attention",
          "attention_grad",
          "cross_entropy",
          "cross_entropy_grad",
          "linear",
          "linear_cross_entropy",
          "low_rank_row_norm",
          "rms_norm",
          "rms_norm_grad",
          "silu",
          "softmax",
          "swiglu",
          "swiglu_grad",
          "uniform");

  private final Nodes nodes;
  private final Values values;
  private final Products products;
  private final Attentions attentions;
  private final CrossEntropies crossEntropies;
  private final NoiseNodes noise;
  private final RowNorms rowNorms;
  private final Set<Tensor> used;

  /**
   * @param used the values that anything reads
   */
  Composites(Nodes nodes, Values values, Products products, Set<Tensor> used) {
    this.nodes = nodes;
    this.values = values;
    this.products = products;
    this.attentions = new Attentions(nodes, values, products);
    this.crossEntropies = new CrossEntropies(nodes, values, products);
    this.noise = new NoiseNodes(nodes, values);
    this.rowNorms = new RowNorms(nodes, values);
    this.used = used;
  }

  /** Lowers a composite; false for one that is not fused. */
  boolean lower(Node n) {
    Op op = n.op();
    if (op instanceof Linear l) {
      linear(n, l.bias());
    } else if (op instanceof Attention a) {
      attentions.forward(n, a.scale(), used.contains(n.output(1)));
    } else if (op instanceof AttentionGrad a) {
      attentions.backward(n, a.scale());
    } else if (op instanceof RmsNorm r) {
      rmsNorm(n, r.eps());
    } else if (op instanceof RmsNormGrad r) {
      rmsNormGrad(n, r.eps());
    } else if (op instanceof Softmax) {
      DType d = n.inputs().get(0).dtype();
      values.put(n.output(0), narrow(nodes.unary("Softmax", wide(n, 0)), d));
    } else if (op instanceof Silu) {
      DType d = n.inputs().get(0).dtype();
      Value x = wide(n, 0);
      values.put(n.output(0), narrow(nodes.binary("Mul", x, nodes.unary("Sigmoid", x)), d));
    } else if (op instanceof SwiGlu) {
      swiGlu(n);
    } else if (op instanceof SwiGluGrad) {
      swiGluGrad(n);
    } else if (op instanceof CrossEntropy) {
      crossEntropies.loss(n);
    } else if (op instanceof CrossEntropyGrad) {
      crossEntropies.gradient(n);
    } else if (op instanceof LinearCrossEntropy l) {
      crossEntropies.withHead(n, l.chunk(), used.contains(n.output(1)));
    } else if (op instanceof LowRankRowNorm l) {
      rowNorms.lower(n, l.scale());
    } else if (op instanceof AdamW a) {
      adamW(n, a);
    } else if (op instanceof Uniform u && u.shape().size() <= Integer.MAX_VALUE) {
      noise.lower(n, u);
    } else {
      return false;
    }
    return true;
  }

  private Value in(Node n, int i) {
    return values.get(n.inputs().get(i));
  }

  /** An operand in the wide dtype. */
  private Value wide(Node n, int i) {
    DType d = n.inputs().get(i).dtype();
    return nodes.cast(in(n, i), d, d.wide());
  }

  /** Back from the wide dtype. */
  private Value narrow(Value x, DType d) {
    return nodes.cast(x, d.wide(), d);
  }

  private void linear(Node n, boolean bias) {
    Tensor x = n.inputs().get(0);
    Shape out = n.output(0).shape();
    DType d = x.dtype();
    int width = x.dim(-1);
    int rows = (int) (width == 0 ? 0 : x.shape().size() / width);
    boolean matrix = out.rank() == 2;
    Value matrixX = matrix ? in(n, 0) : nodes.reshape(in(n, 0), Shape.of(rows, width));
    Value y =
        bias
            ? products.wide(d, 2, matrixX, in(n, 1), false, true)
            : products.multiply(d, 2, matrixX, in(n, 1), false, true);
    if (bias) {
      y = narrow(nodes.binary("AddV2", y, wide(n, 2)), d);
    }
    values.put(n.output(0), matrix ? y : nodes.reshape(y, out));
  }

  private void rmsNorm(Node n, double eps) {
    Tensor x = n.inputs().get(0);
    Value wide = wide(n, 0);
    Value normed = nodes.binary("Mul", wide, rho(wide, x, eps));
    values.put(n.output(0), narrow(nodes.binary("Mul", normed, wide(n, 1)), x.dtype()));
  }

  /** 1/√(mean(x²) + eps) over the last axis, which stays, from one pass over x. */
  private Value rho(Value wide, Tensor x, double eps) {
    DType d = x.dtype().wide();
    int[] last = {x.shape().rank() - 1};
    Value norm = nodes.reduce("EuclideanNorm", wide, last, true);
    Value mean = nodes.binary("Mul", nodes.unary("Square", norm), nodes.scalar(d, 1.0 / x.dim(-1)));
    return nodes.unary("Rsqrt", nodes.binary("AddV2", mean, nodes.scalar(d, eps)));
  }

  /** ρ·(g − x·ρ²·mean(g ⊙ x)). */
  private void rmsNormGrad(Node n, double eps) {
    Tensor x = n.inputs().get(1);
    DType d = x.dtype().wide();
    Value wide = wide(n, 1);
    Value rho = rho(wide, x, eps);
    Value g = nodes.binary("Mul", wide(n, 0), wide(n, 2));
    int[] last = {x.shape().rank() - 1};
    Value dot = nodes.reduce("Sum", nodes.binary("Mul", g, wide), last, true);
    Value mean = nodes.binary("Mul", dot, nodes.scalar(d, 1.0 / x.dim(-1)));
    Value factor = nodes.binary("Mul", mean, nodes.unary("Square", rho));
    Value rest = nodes.binary("Sub", g, nodes.binary("Mul", wide, factor));
    values.put(n.output(0), narrow(nodes.binary("Mul", rest, rho), x.dtype()));
  }

  private void swiGlu(Node n) {
    Value gate = wide(n, 0);
    Value silu = nodes.binary("Mul", gate, nodes.unary("Sigmoid", gate));
    values.put(n.output(0), narrow(nodes.binary("Mul", silu, wide(n, 1)), n.output(0).dtype()));
  }

  /** d(gate) = a·σ + gate·(a·σ·(1 − σ)) with a = dy·up; the bracket is one operator. */
  private void swiGluGrad(Node n) {
    DType d = n.inputs().get(0).dtype();
    Value dy = wide(n, 0);
    Value gate = wide(n, 1);
    Value sigmoid = nodes.unary("Sigmoid", gate);
    if (used.contains(n.output(1))) {
      Value silu = nodes.binary("Mul", gate, sigmoid);
      values.put(n.output(1), narrow(nodes.binary("Mul", dy, silu), d));
    }
    if (used.contains(n.output(0))) {
      Value a = nodes.binary("Mul", dy, wide(n, 2));
      Value slope = nodes.binary("SigmoidGrad", sigmoid, a);
      Value dGate =
          nodes.binary("AddV2", nodes.binary("Mul", a, sigmoid), nodes.binary("Mul", gate, slope));
      values.put(n.output(0), narrow(dGate, d));
    }
  }

  /**
   * ResourceApplyAdam would be one operator, but takes 1 − β₂ in f32, which is off by 1e-5 of
   * itself at β₂ = 0.999.
   */
  private void adamW(Node n, AdamW op) {
    DType d = n.output(0).dtype();
    Value g = in(n, 3);
    Value m = blend(in(n, 1), op.beta1(), g, d);
    Value v = blend(in(n, 2), op.beta2(), nodes.unary("Square", g), d);
    Value root = nodes.binary("RealDiv", nodes.unary("Sqrt", v), nodes.unary("Sqrt", in(n, 6)));
    Value denominator = nodes.binary("AddV2", root, nodes.scalar(d, op.eps()));
    Value p = in(n, 0);
    if (op.weightDecay() != 0) {
      Value decay = nodes.binary("Mul", in(n, 4), nodes.scalar(d, op.weightDecay()));
      p = nodes.binary("Sub", p, nodes.binary("Mul", p, decay));
    }
    Value rate = nodes.binary("RealDiv", in(n, 4), in(n, 5));
    Value step = nodes.binary("Mul", nodes.binary("RealDiv", m, denominator), rate);
    values.put(n.output(0), nodes.binary("Sub", p, step));
    values.put(n.output(1), m);
    values.put(n.output(2), v);
  }

  /** β·old + (1 − β)·fresh. */
  private Value blend(Value old, double beta, Value fresh, DType d) {
    return nodes.binary(
        "AddV2",
        nodes.binary("Mul", old, nodes.scalar(d, beta)),
        nodes.binary("Mul", fresh, nodes.scalar(d, 1 - beta)));
  }
}
