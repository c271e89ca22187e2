package dev.graft.adapters.lora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SavedConfig;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.adapter.TrainedBiases;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * LoRA (arXiv 2106.09685, eq. 3): W stays frozen and a change of rank r is learnt, ΔW = s·B·A.
 *
 * <p>At a linear site or the head, A = {@code lora_A} [r, in] and B = {@code lora_B} [out, r]: y =
 * y₀ + B·(s·A·drop(x)), with x [.., in]. B starts at zero, so that training starts from the base
 * model. At an embedding, A = {@code lora_embedding_A} [r, vocabulary] starts at zero and B =
 * {@code lora_embedding_B} [out, r] at N(0, 1): y = y₀ + B·(s·Aᵀ[id]), without dropout, as PEFT
 * does.
 *
 * <p>LoRA+ (arXiv 2402.12354) multiplies the learning rate of {@code lora_B}; an embedding's
 * tensors keep the run's.
 *
 * <p>Parameters are f32 and are rounded to the compute dtype of the site for the products. The
 * scale is applied to the r values in the middle, where it is cheapest.
 */
final class LoraAdapter implements Adapter {
  private static final String A = "lora_A";
  private static final String B = "lora_B";
  private static final String EMBEDDING_A = "lora_embedding_A";
  private static final String EMBEDDING_B = "lora_embedding_B";

  private final LoraConfig config;

  LoraAdapter(LoraConfig config) {
    this.config = config;
  }

  @Override
  public TargetModules targets() {
    return config.targets();
  }

  @Override
  public TrainedBiases trainedBiases() {
    return config.bias();
  }

  @Override
  public List<String> modulesToSave() {
    return config.modulesToSave();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    int r = config.r(site.name());
    Shape a = Shape.of(r, site.in());
    Shape b = Shape.of(site.out(), r);
    if (site.kind() == SiteKind.EMBEDDING) {
      return List.of(
          new ParameterSpec(EMBEDDING_A, a, Initializer.zeros()),
          new ParameterSpec(EMBEDDING_B, b, new Initializer.Normal(1)));
    }
    return List.of(
        new ParameterSpec(A, a, initialA(r)),
        new ParameterSpec(B, b, Initializer.zeros(), config.loraplusLrRatio()));
  }

  private Initializer initialA(int r) {
    return switch (config.init()) {
      case KAIMING -> new Initializer.KaimingUniform(Math.sqrt(5));
      case GAUSSIAN -> new Initializer.Normal(1.0 / r);
      case PISSA, OLORA ->
          throw new IllegalStateException("expected a start apart from the weight");
    };
  }

  @Override
  public Tensor forward(AdapterContext context) {
    Tensor y0 = context.baseOutput();
    boolean embedding = context.site().kind() == SiteKind.EMBEDDING;
    Tensor low;
    if (embedding) {
      Tensor a = context.parameter(EMBEDDING_A);
      low = a.transpose(0, 1).gather(context.x()).cast(y0.dtype());
    } else {
      Tensor x = context.dropped(config.dropout());
      low = Linear.of(x, context.parameter(A).cast(x.dtype()), null);
    }
    Tensor b = context.parameter(embedding ? EMBEDDING_B : B).cast(y0.dtype());
    return y0.plus(Linear.of(low.times(config.scale(context.site().name())), b, null));
  }

  /** W + s·B·A; for an embedding, whose weight is [vocabulary, out], W + s·(B·A)ᵀ. */
  @Override
  public Tensor mergedWeight(MergeContext context) {
    double s = config.scale(context.site().name());
    if (context.site().kind() == SiteKind.EMBEDDING) {
      Tensor a = context.parameter(EMBEDDING_A);
      Tensor b = context.parameter(EMBEDDING_B);
      return context.weight().plus(a.matmul(b, true, true).times(s));
    }
    Tensor change = context.parameter(B).matmul(context.parameter(A));
    return context.weight().plus(change.times(s));
  }

  /** PEFT's fields, and no more of them than every version of PEFT knows. */
  @Override
  public Map<String, Object> savedConfig() {
    return new SavedConfig("LORA")
        .put("r", config.r())
        .number("lora_alpha", config.alpha())
        .put("lora_dropout", config.dropout())
        .targets(config.targetModules(), config.excludeModules(), config.layersToTransform())
        // PEFT's words, which are not in kebab-case.
        .put("bias", config.bias().name().toLowerCase(Locale.ROOT))
        .list("modules_to_save", config.modulesToSave())
        .put("fan_in_fan_out", false)
        .put("use_dora", false)
        .put("use_rslora", config.scaling() == LoraConfig.Scaling.RSLORA)
        .put("inference_mode", true)
        .patterns("rank_pattern", config.rankPattern())
        .patterns("alpha_pattern", config.alphaPattern())
        .toMap();
  }

  /** PEFT keeps an embedding's tensors as bare parameters, without {@code .weight}. */
  @Override
  public String savedName(Site site, String parameter) {
    return site.kind() == SiteKind.EMBEDDING ? parameter : parameter + ".weight";
  }
}
