package dev.graft.engine.djl;

import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.CrossEntropyGrad;
import dev.graft.api.ops.Gelu;
import dev.graft.api.ops.LayerNorm;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.LowRankRowNorm;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.RmsNormGrad;
import dev.graft.api.ops.Rotary;
import dev.graft.api.ops.Silu;
import dev.graft.api.ops.Softmax;
import dev.graft.api.ops.SumOfSquares;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.ops.SwiGluGrad;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Set;

/** The composites that the engine runs whole. */
final class Composites {
  /** Their names. */
  static final Set<String> FUSED =
      Set.of(
          "adamw",
          "attention",
          "attention_grad",
          "cross_entropy",
          "cross_entropy_grad",
          "gelu",
          "gelu_tanh",
          "layer_norm",
          "linear",
          "linear_cross_entropy",
          "low_rank_row_norm",
          "rms_norm",
          "rms_norm_grad",
          "rotary",
          "silu",
          "softmax",
          "sum_of_squares",
          "swiglu",
          "swiglu_grad",
          "uniform");

  /**
   * The part of m that n² must reach: below, an error of f32's 2⁻²⁴ in the terms would be one of
   * more than 2⁻²⁰ in n.
   */
  private static final String CANCELLING = Literals.number(1 / 32.0);

  private final Script s;
  private final Storage storage;
  private final Kernels kernels;
  private final HeadLoss head;
  private final AdamWUpdate adamW;

  Composites(Script script, Storage storage, Kernels kernels) {
    this.s = script;
    this.storage = storage;
    this.kernels = kernels;
    this.head = new HeadLoss(script, kernels.products());
    this.adamW = new AdamWUpdate(script, storage);
  }

  /** Lowers a composite; false for one that the engine does not fuse. */
  boolean lower(Node n) {
    Op op = n.op();
    if (op instanceof Linear l) {
      linear(n, l);
    } else if (op instanceof Attention a) {
      kernels.attention().forward(s, n, a);
    } else if (op instanceof AttentionGrad a) {
      kernels.attention().backward(s, n, a);
    } else if (op instanceof RmsNorm r) {
      rmsNorm(n, r.eps());
    } else if (op instanceof RmsNormGrad r) {
      rmsNormGrad(n, r.eps());
    } else if (op instanceof LayerNorm l) {
      layerNorm(n, l.eps());
    } else if (op instanceof Softmax) {
      s.define(n.output(0), "torch.softmax(" + in(n, 0) + ", -1)");
    } else if (op instanceof Silu) {
      s.define(n.output(0), "torch.silu(" + in(n, 0) + ")");
    } else if (op instanceof Gelu g) {
      String form = g.form() == Gelu.Form.EXACT ? "none" : "tanh";
      s.define(n.output(0), "torch.gelu(" + in(n, 0) + ", approximate=\"" + form + "\")");
    } else if (op instanceof SwiGlu) {
      s.define(n.output(0), "torch.mul_(torch.silu(" + in(n, 0) + "), " + in(n, 1) + ")");
    } else if (op instanceof SwiGluGrad) {
      swiGluGrad(n);
    } else if (op instanceof Rotary) {
      rotary(n);
    } else if (op instanceof CrossEntropy) {
      crossEntropy(n);
    } else if (op instanceof CrossEntropyGrad) {
      crossEntropyGrad(n);
    } else if (op instanceof LinearCrossEntropy l) {
      head.lower(n, l.chunk(), storage.isUsed(n.output(1)));
    } else if (op instanceof LowRankRowNorm l) {
      lowRankRowNorm(n, l.scale());
    } else if (op instanceof Uniform u && u.shape().size() <= Integer.MAX_VALUE) {
      uniform(n, u);
    } else if (op instanceof SumOfSquares) {
      s.define(n.output(0), sumOfSquares(wide(n, 0), n.inputs().get(0).shape()));
    } else if (op instanceof AdamW a) {
      adamW.lower(n, a);
    } else {
      return false;
    }
    return true;
  }

  private String in(Node n, int i) {
    return s.of(n.inputs().get(i));
  }

  /** An operand in the wide dtype. */
  private String wide(Node n, int i) {
    DType d = n.inputs().get(i).dtype();
    return Products.cast(in(n, i), d, d.wide());
  }

  private void linear(Node n, Linear op) {
    Tensor x = n.inputs().get(0);
    Tensor out = n.output(0);
    DType d = x.dtype();
    DType c = kernels.products().computeType(d);
    int width = x.dim(-1);
    int rows = (int) (width == 0 ? 0 : x.shape().size() / width);
    boolean matrix = x.shape().rank() == 2;
    String matrixX =
        matrix
            ? s.of(x)
            : "torch.reshape(" + s.of(x) + ", " + Literals.list(Shape.of(rows, width)) + ")";
    String y =
        kernels
            .products()
            .linear(
                c,
                Products.cast(matrixX, d, c),
                Products.cast(in(n, 1), d, c),
                op.bias() ? Products.cast(in(n, 2), d, c) : "None",
                new Products.Size(rows, width, out.dim(-1)));
    y = Products.cast(y, c, d);
    s.define(out, matrix ? y : "torch.reshape(" + y + ", " + Literals.list(out.shape()) + ")");
  }

  private void rmsNorm(Node n, double eps) {
    Tensor x = n.inputs().get(0);
    DType d = x.dtype();
    String wide = s.let(wide(n, 0));
    String rho = rho(wide, x.dim(-1), eps);
    String y = "torch.mul_(torch.mul(" + wide + ", " + rho + "), " + wide(n, 1) + ")";
    s.define(n.output(0), Products.cast(y, d.wide(), d));
  }

  /** 1/√(mean(x²) + eps) over the last axis, which stays, from one pass over x. */
  private String rho(String x, int width, double eps) {
    String norm = "torch.linalg_vector_norm(" + x + ", 2, [-1], True)";
    String mean = "torch.div(torch.square(" + norm + "), " + Literals.number((double) width) + ")";
    return s.let("torch.rsqrt(torch.add(" + mean + ", " + Literals.number(eps) + "))");
  }

  private void rmsNormGrad(Node n, double eps) {
    Tensor x = n.inputs().get(1);
    DType d = x.dtype();
    String wide = s.let(wide(n, 1));
    String rho = rho(wide, x.dim(-1), eps);
    String g = s.let("torch.mul(" + wide(n, 0) + ", " + wide(n, 2) + ")");
    String dot = "torch.sum(torch.mul(" + g + ", " + wide + "), [-1], True)";
    String factor =
        s.let(
            "torch.mul(torch.div("
                + dot
                + ", "
                + Literals.number((double) x.dim(-1))
                + "), torch.pow("
                + rho
                + ", 3))");
    String scaled = "torch.mul_(" + g + ", " + rho + ")";
    String dx = "torch.addcmul_(" + scaled + ", " + wide + ", " + factor + ", value=-1)";
    s.define(n.output(0), Products.cast(dx, d.wide(), d));
  }

  /** By the norms of rows, for which no square is kept; a sum of squares in one go loses digits. */
  private static String sumOfSquares(String x, Shape shape) {
    String rows = shape.rank() < 2 ? x : "torch.linalg_vector_norm(" + x + ", 2, [-1])";
    return "torch.sum(torch.square(" + rows + "))";
  }

  private void layerNorm(Node n, double eps) {
    Tensor x = n.inputs().get(0);
    s.define(
        n.output(0),
        "torch.layer_norm("
            + in(n, 0)
            + ", ["
            + x.dim(-1)
            + "], "
            + in(n, 1)
            + ", "
            + in(n, 2)
            + ", "
            + Literals.number(eps)
            + ")");
  }

  private void swiGluGrad(Node n) {
    String dy = in(n, 0);
    String gate = in(n, 1);
    if (storage.isUsed(n.output(1))) {
      s.define(n.output(1), "torch.mul_(torch.silu(" + gate + "), " + dy + ")");
    }
    if (storage.isUsed(n.output(0))) {
      String slope = "torch.mul(" + dy + ", " + in(n, 2) + ")";
      s.define(n.output(0), "torch.silu_backward(" + slope + ", " + gate + ")");
    }
  }

  private void rotary(Node n) {
    Tensor x = n.inputs().get(0);
    int half = x.dim(3) / 2;
    String out = s.let("torch.mul(" + s.of(x) + ", " + in(n, 1) + ")");
    String[] parts = new String[6];
    for (int i = 0; i < 2; i++) {
      String range = ", 3, " + i * half + ", " + (i + 1) * half + ", 1)";
      parts[i] = s.let("torch.slice(" + out + range);
      parts[2 + i] = "torch.slice(" + s.of(x) + range;
      parts[4 + i] = "torch.slice(" + in(n, 2) + range;
    }
    s.let("torch.addcmul_(" + parts[0] + ", " + parts[3] + ", " + parts[4] + ", value=-1)");
    s.let("torch.addcmul_(" + parts[1] + ", " + parts[2] + ", " + parts[5] + ")");
    s.bind(n.output(0), out);
  }

  private void crossEntropy(Node n) {
    s.define(
        n.output(0), pick(s.let("torch._log_softmax(" + wide(n, 0) + ", 1, False)"), in(n, 1)));
  }

  /** −logp_i[target_i]. */
  private static String pick(String logp, String targets) {
    String at = "torch.gather(" + logp + ", 1, torch.unsqueeze(" + targets + ", 1))";
    return "torch.neg(torch.squeeze(" + at + ", 1))";
  }

  private void crossEntropyGrad(Node n) {
    DType d = n.inputs().get(1).dtype();
    String p = s.let("torch.softmax(" + wide(n, 1) + ", 1)");
    HeadLoss.minusHit(s, p, "torch.unsqueeze(" + in(n, 2) + ", 1)");
    String y = "torch.mul_(" + p + ", torch.unsqueeze(" + in(n, 0) + ", 1))";
    s.define(n.output(0), Products.cast(y, d.wide(), d));
  }

  /**
   * By the expanded square. Its terms are at most of the size m = ‖W‖² + s²·‖A‖²·‖B‖², by rows:
   * where n² is a small part of m they cancel, and that row is computed as it is defined. Such rows
   * are rare, so what is left to do is mostly done on no rows at all.
   */
  private void lowRankRowNorm(Node n, double scale) {
    Tensor weight = n.inputs().get(0);
    DType wide = weight.dtype().wide();
    int k = weight.dim(0);
    int r = n.inputs().get(2).dim(0);
    String w = s.let(wide(n, 0));
    String a = in(n, 2);
    String b = in(n, 3);
    String s2 = Literals.number(scale * scale);
    Products products = kernels.products();
    Products.Size size = new Products.Size(k, weight.dim(1), r);
    String aa = s.let("torch.matmul(" + a + ", torch.t(" + a + "))");
    String baa = s.let("torch.mul(torch.matmul(" + b + ", " + aa + "), " + s2 + ")");
    String wa = products.linear(wide, w, a, "None", size);
    String sum = "torch.add_(" + baa + ", " + wa + ", alpha=" + Literals.number(2 * scale) + ")";
    String cross = "torch.sum(torch.mul_(" + sum + ", " + b + "), [1])";
    String squared = s.let("torch.add(" + in(n, 1) + ", " + cross + ")");
    String traceOfAa = "torch.mul(torch.sum(torch.diagonal(" + aa + ")), " + s2 + ")";
    String change = "torch.mul(torch.sum(torch.square(" + b + "), [1]), " + traceOfAa + ")";
    String bound = "torch.mul(torch.add(" + change + ", " + in(n, 1) + "), " + CANCELLING + ")";
    String rows =
        s.let("torch.squeeze(torch.nonzero(torch.lt(" + squared + ", " + bound + ")), 1)");
    String v =
        "torch.addmm("
            + selected(w, rows)
            + ", "
            + selected(b, rows)
            + ", "
            + a
            + ", alpha="
            + Literals.number(scale)
            + ")";
    String exact = "torch.sum(torch.square(" + v + "), [1])";
    s.let("torch.index_copy_(" + squared + ", 0, " + rows + ", " + exact + ")");
    s.define(n.output(0), "torch.sqrt_(" + squared + ")");
  }

  private static String selected(String x, String rows) {
    return "torch.index_select(" + x + ", 0, " + rows + ")";
  }

  /**
   * In place where nothing reads the old values. Large tensors are taken in pieces that stay in the
   * processor's cache from one operator to the next; {@code _fused_adamw_} would do the same, but
   * takes a step count and not the corrections.
   */
  /**
   * The hash of {@code Noise} in 32-bit integers, whose products wrap as the definition's masks
   * want it, and whose operators take half the time of 64-bit ones.
   */
  private void uniform(Node n, Uniform op) {
    String shared = s.once(List.of("noise", n.inputs().get(0)), () -> sharedHash(in(n, 0)));
    String first = mix(s.let("torch.bitwise_xor(" + shared + ", " + (int) op.site() + ")"));
    String second = mix(s.let("torch.bitwise_xor(" + first + ", " + (int) Noise.GOLDEN + ")"));
    long size = op.shape().size();
    String range = "torch.arange(" + size + ", dtype=3, device=" + s.device() + ")";
    String x = mix(s.let("torch.bitwise_xor_(" + range + ", " + first + ")"));
    x = mix(s.let("torch.bitwise_xor_(" + x + ", " + second + ")"));
    String top = "torch.bitwise_and_(torch.bitwise_right_shift(" + x + ", 8), 16777215)";
    String u = "torch.mul_(torch.to(" + top + ", 6), " + Literals.number(0x1p-24) + ")";
    s.define(n.output(0), "torch.reshape(" + u + ", " + Literals.list(op.shape()) + ")");
  }

  /** The part of the noise's hash that all sites share. */
  private String sharedHash(String key) {
    String seed = "torch.slice(" + key + ", 0, 0, 1, 1)";
    String hash = mix(s.let(int32(seed)));
    for (String part :
        List.of(
            "torch.bitwise_right_shift(" + seed + ", 32)",
            "torch.slice(" + key + ", 0, 1, 2, 1)",
            "torch.slice(" + key + ", 0, 2, 3, 1)")) {
      hash = mix(s.let("torch.bitwise_xor(" + hash + ", " + int32(part) + ")"));
    }
    return hash;
  }

  /** The low 32 bits. */
  private static String int32(String x) {
    return "torch.to(" + x + ", 3)";
  }

  /** {@code Noise}'s mixing function, in place on a value of its own. */
  private String mix(String x) {
    shiftXor(x, 16);
    s.let("torch.mul_(" + x + ", " + (int) Noise.M1 + ")");
    shiftXor(x, 15);
    s.let("torch.mul_(" + x + ", " + (int) Noise.M2 + ")");
    shiftXor(x, 15);
    return x;
  }

  /** x ^= x >>> bits, from the shift that repeats the sign. */
  private void shiftXor(String x, int bits) {
    String shifted = "torch.bitwise_right_shift(" + x + ", " + bits + ")";
    String unsigned = "torch.bitwise_and_(" + shifted + ", " + (-1 >>> bits) + ")";
    s.let("torch.bitwise_xor_(" + x + ", " + unsigned + ")");
  }
}
