package dev.graft.adapters.dora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SavedConfig;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LowRankRowNorm;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * DoRA (arXiv 2402.09353, eq. 5): W stays frozen; learnt are a change of rank r and the magnitude m
 * [out] of every output. With V = W + s·B·A and n [out] the norms of V's rows, the weight is g⊙V,
 * where g = m/n. n is held constant in the backward pass (section 4.3 of the paper).
 *
 * <p>At a linear site or the head, A = {@code lora_A} [r, in] and B = {@code lora_B} [out, r]: y =
 * g⊙(x·Wᵀ + B·(s·A·x)) + bias, with x [.., in]. With dropout, the frozen output is of all of x and
 * what is added of one dropped x: y = x·Wᵀ + bias + (g−1)⊙(drop(x)·Wᵀ) + g⊙B·(s·A·drop(x)), as PEFT
 * does. B starts at zero and m ({@code lora_magnitude_vector}) at the norms of W's rows, so that
 * training starts from the base model, but for the rounding of m.
 *
 * <p>At an embedding, W is [vocabulary, out], A = {@code lora_embedding_A} [r, vocabulary] starts
 * at zero and B = {@code lora_embedding_B} [out, r] at N(0, 1); an output's norm is one over the
 * vocabulary, and there is no dropout, as in PEFT.
 *
 * <p>Parameters are f32 and are rounded to the compute dtype of the site for the products; n and g
 * are computed in f32. A row of V that is zero stays zero: g is finite there.
 */
final class DoraAdapter implements Adapter {
  private static final String A = "lora_A";
  private static final String B = "lora_B";
  private static final String EMBEDDING_A = "lora_embedding_A";
  private static final String EMBEDDING_B = "lora_embedding_B";
  private static final String MAGNITUDE = "lora_magnitude_vector";

  /** The squared norms of W's rows (of an embedding's columns), from which n is computed. */
  private static final String SQUARES = "squares";

  /** Far below the norm of any row that is not zero, and 1 divided by it is finite. */
  private static final double SMALLEST_NORM = 1e-30;

  private final DoraConfig config;

  DoraAdapter(DoraConfig config) {
    this.config = config;
  }

  @Override
  public TargetModules targets() {
    return config.targets();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    int r = config.r(site.name());
    Shape a = Shape.of(r, site.in());
    Shape b = Shape.of(site.out(), r);
    Shape m = Shape.of(site.out());
    if (site.kind() == SiteKind.EMBEDDING) {
      return List.of(
          new ParameterSpec(EMBEDDING_A, a, Initializer.zeros()),
          new ParameterSpec(EMBEDDING_B, b, new Initializer.Normal(1)),
          new ParameterSpec(MAGNITUDE, m, new Initializer.BaseColumnNorm()));
    }
    return List.of(
        new ParameterSpec(A, a, initialA(r)),
        new ParameterSpec(B, b, Initializer.zeros(), config.loraplusLrRatio()),
        new ParameterSpec(MAGNITUDE, m, new Initializer.BaseRowNorm()));
  }

  private Initializer initialA(int r) {
    return switch (config.init()) {
      case KAIMING -> new Initializer.KaimingUniform(Math.sqrt(5));
      case GAUSSIAN -> new Initializer.Normal(1.0 / r);
    };
  }

  @Override
  public List<ConstantSpec> constants(Site site) {
    int over = site.kind() == SiteKind.EMBEDDING ? 0 : 1;
    return List.of(new ConstantSpec(SQUARES, Shape.of(site.out()), w -> w.square().sum(over)));
  }

  @Override
  public Tensor forward(AdapterContext context) {
    double s = config.scale(context.site().name());
    if (context.site().kind() == SiteKind.EMBEDDING) {
      Tensor a = context.parameter(EMBEDDING_A);
      Tensor b = context.parameter(EMBEDDING_B);
      Tensor y0 = context.baseOutput();
      Tensor low = a.transpose(0, 1).gather(context.x()).cast(y0.dtype());
      Tensor v = y0.plus(Linear.of(low.times(s), b.cast(y0.dtype()), null));
      return stretched(v, gain(context, context.weight().transpose(0, 1), a, b, s));
    }
    Tensor a = context.parameter(A);
    Tensor b = context.parameter(B);
    Tensor g = gain(context, context.weight(), a, b, s);
    boolean drops = config.dropout() > 0 && context.training();
    Tensor x = context.dropped(config.dropout());
    Tensor low = Linear.of(x, a.cast(x.dtype()), null);
    Tensor change = Linear.of(low.times(s), b.cast(x.dtype()), null);
    Tensor v = Linear.of(x, context.weight(), null).plus(change);
    if (drops) {
      return context.baseOutput().plus(change).plus(v.times(lessOne(g, v.dtype())));
    }
    Tensor y = stretched(v, g);
    return context.bias().map(y::plus).orElse(y);
  }

  /** g = m/n [out], f32, for a weight [out, in]. */
  private static Tensor gain(
      AdapterContext context, Tensor weight, Tensor a, Tensor b, double scale) {
    Tensor norm = LowRankRowNorm.of(weight, context.constant(SQUARES), a, b, scale);
    return context.parameter(MAGNITUDE).div(norm.maximum(SMALLEST_NORM).stopGradient());
  }

  /**
   * g⊙v. Near 1 a narrow dtype has steps of 2⁻⁸, and all of what m learns would be lost in them:
   * there g−1 is rounded instead of g.
   */
  private static Tensor stretched(Tensor v, Tensor g) {
    boolean narrow = v.dtype().wide() != v.dtype();
    return narrow ? v.plus(v.times(lessOne(g, v.dtype()))) : v.times(g.cast(v.dtype()));
  }

  /** g − 1. */
  private static Tensor lessOne(Tensor g, DType dtype) {
    return g.minus(1).cast(dtype);
  }

  /** g⊙(W + s·B·A) by rows; for an embedding, whose weight is [vocabulary, out], by columns. */
  @Override
  public Tensor mergedWeight(MergeContext context) {
    double s = config.scale(context.site().name());
    boolean embedding = context.site().kind() == SiteKind.EMBEDDING;
    Tensor a = context.parameter(embedding ? EMBEDDING_A : A);
    Tensor b = context.parameter(embedding ? EMBEDDING_B : B);
    Tensor change = embedding ? a.matmul(b, true, true) : b.matmul(a);
    Tensor v = context.weight().plus(change.times(s));
    Tensor norm = v.square().sumKeep(embedding ? 0 : 1).sqrt().maximum(SMALLEST_NORM);
    return v.times(context.parameter(MAGNITUDE).reshape(norm.shape()).div(norm));
  }

  /** PEFT's fields, and no more of them than every version of PEFT knows. */
  @Override
  public Map<String, Object> savedConfig() {
    return new SavedConfig("LORA")
        .put("r", config.r())
        .number("lora_alpha", config.alpha())
        .put("lora_dropout", config.dropout())
        .targets(config.targetModules(), config.excludeModules(), config.layersToTransform())
        .put("bias", "none")
        .put("fan_in_fan_out", false)
        .put("use_dora", true)
        .put("use_rslora", config.scaling() == DoraConfig.Scaling.RSLORA)
        .put("inference_mode", true)
        .patterns("rank_pattern", config.rankPattern())
        .patterns("alpha_pattern", config.alphaPattern())
        .toMap();
  }

  /** PEFT keeps magnitudes and an embedding's tensors without {@code .weight}. */
  @Override
  public String savedName(Site site, String parameter) {
    boolean bare = site.kind() == SiteKind.EMBEDDING || parameter.equals(MAGNITUDE);
    return bare ? parameter : parameter + ".weight";
  }
}
