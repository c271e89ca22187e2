package dev.graft.adapters.vera;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SavedConfig;
import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * VeRA (arXiv 2310.11454, eq. 2): frozen random matrices A and B, one pair for all sites, between
 * which every site scales with two vectors of its own, d [r] and b [out]:
 *
 * <pre>
 *   y = y₀ + b ⊙ (B·(d ⊙ (A·drop(x))))
 * </pre>
 *
 * <p>A = {@code vera_A} [r, widest input] and B = {@code vera_B} [widest output, r] are Kaiming
 * uniform (a = 0, as PEFT's), drawn from {@link Noise} with {@code projection_prng_key}; a site
 * takes the first columns of A and the first rows of B that it needs. They are saved with the
 * adapter, and a folder's own are used in place of the drawn ones. b starts at zero, so that
 * training starts from the base model, and d at {@code d_initial}. All are f32, rounded to the
 * compute dtype of the site for the products.
 */
final class VeraAdapter implements Adapter {
  private static final String A = "vera_A";
  private static final String B = "vera_B";
  private static final String D = "vera_lambda_d";
  private static final String OUT = "vera_lambda_b";

  private final VeraConfig config;

  VeraAdapter(VeraConfig config) {
    this.config = config;
  }

  @Override
  public TargetModules targets() {
    return config.targets();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    if (site.kind() == SiteKind.EMBEDDING) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected a linear module or the head for the vera adapter, received the embedding '"
              + site.name()
              + "'; take it out of target_modules");
    }
    return List.of(
        new ParameterSpec(D, Shape.of(config.r()), new Initializer.Constant(config.dInitial())),
        new ParameterSpec(OUT, Shape.of(site.out()), Initializer.zeros()));
  }

  @Override
  public List<SharedSpec> shared(List<Site> sites) {
    int in = sites.stream().mapToInt(Site::in).max().orElseThrow();
    int out = sites.stream().mapToInt(Site::out).max().orElseThrow();
    return List.of(drawn(A, Shape.of(config.r(), in)), drawn(B, Shape.of(out, config.r())));
  }

  /** Kaiming uniform with a = 0: U(−√(6/fan in), √(6/fan in)). */
  private SharedSpec drawn(String name, Shape shape) {
    double bound = Math.sqrt(6.0 / shape.dim(-1));
    long at = Noise.site(name);
    long seed = config.projectionPrngKey();
    return new SharedSpec(
        name,
        shape,
        () ->
            HostTensor.generate(
                DType.F32, shape, i -> bound * (2 * Noise.uniform(seed, 0, 0, at, i) - 1)));
  }

  @Override
  public Tensor forward(AdapterContext context) {
    Tensor y0 = context.baseOutput();
    Tensor x = context.dropped(config.dropout());
    Site site = context.site();
    DType dtype = x.dtype();
    Tensor low = Linear.of(x, columns(context.shared(A), site).cast(dtype), null);
    Tensor scaled = low.times(context.parameter(D).cast(dtype));
    Tensor high = Linear.of(scaled, rows(context.shared(B), site).cast(dtype), null);
    return y0.plus(high.times(context.parameter(OUT).cast(dtype)));
  }

  /** The part of A that a site uses, [r, in]. */
  private static Tensor columns(Tensor a, Site site) {
    return a.slice(1, 0, site.in());
  }

  /** The part of B that a site uses, [out, r]. */
  private static Tensor rows(Tensor b, Site site) {
    return b.slice(0, 0, site.out());
  }

  /** W + diag(b)·B·diag(d)·A. */
  @Override
  public Tensor mergedWeight(MergeContext context) {
    Site site = context.site();
    Tensor b = rows(context.shared(B), site).times(context.parameter(OUT).reshape(site.out(), 1));
    Tensor a = columns(context.shared(A), site).times(context.parameter(D).reshape(config.r(), 1));
    return context.weight().plus(b.matmul(a));
  }

  /** PEFT's fields. */
  @Override
  public Map<String, Object> savedConfig() {
    return new SavedConfig(SavedVera.PEFT_TYPE)
        .put("r", config.r())
        .put("d_initial", config.dInitial())
        .put("projection_prng_key", config.projectionPrngKey())
        .put("save_projection", true)
        .put("vera_dropout", config.dropout())
        .targets(config.targetModules(), config.excludeModules(), List.of())
        .put("bias", "none")
        .put("fan_in_fan_out", false)
        .put("inference_mode", true)
        .toMap();
  }

  /** PEFT keeps the vectors as bare parameters. */
  @Override
  public String savedName(Site site, String parameter) {
    return parameter;
  }
}
