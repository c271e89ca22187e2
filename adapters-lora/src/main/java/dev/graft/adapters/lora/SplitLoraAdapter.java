package dev.graft.adapters.lora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.Initializer.BaseFactor;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.adapter.TrainedBiases;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * LoRA that starts from a part of the weight: PiSSA (arXiv 2404.02948) from its largest singular
 * directions, OLoRA (arXiv 2406.01775) from its QR decomposition. By definition A [r, in] and B
 * [out, r] start at A₀ and B₀, and what is frozen is W − s·B₀·A₀. Here the weight stays as it is,
 * and A₀ and B₀ are kept beside A and B, which is the same up to rounding:
 *
 * <pre>
 *   y = W·x + s·(B·A − B₀·A₀)·x = W·x + s·((B − B₀)·A + B₀·(A − A₀))·x
 * </pre>
 *
 * <p>The second form takes differences of parameters, which are f32, instead of outputs, which may
 * be bf16: what is learnt is not lost in the rounding of what it started from, and the start is the
 * base model to the last bit. It is also a plain LoRA of rank 2r, and that is how it is saved: any
 * tool that reads LoRAs can put it onto the unchanged base model.
 */
final class SplitLoraAdapter implements Adapter {
  private static final String A = "lora_A";
  private static final String B = "lora_B";
  private static final String START_A = "lora_A0";
  private static final String START_B = "lora_B0";

  private final LoraConfig config;

  /** The adapter as it is saved. */
  private final LoraAdapter plain;

  SplitLoraAdapter(LoraConfig config) {
    this.config = config;
    this.plain = new LoraAdapter(config.doubled());
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
    if (site.kind() == SiteKind.EMBEDDING || r > Math.min(site.in(), site.out())) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected a linear module or the head with at least r = "
              + r
              + " inputs and outputs for init pissa or olora, received '"
              + site.name()
              + "' ("
              + (site.kind() == SiteKind.EMBEDDING ? "an embedding, " : "")
              + site.in()
              + " to "
              + site.out()
              + "); take it out of target_modules, lower r, or use another init");
    }
    Shape a = Shape.of(r, site.in());
    Shape b = Shape.of(site.out(), r);
    Initializer startA = start(site, BaseFactor.Side.IN);
    Initializer startB = start(site, BaseFactor.Side.OUT);
    return List.of(
        new ParameterSpec(A, a, startA),
        new ParameterSpec(B, b, startB, config.loraplusLrRatio()),
        new ParameterSpec(START_A, a, startA, 0),
        new ParameterSpec(START_B, b, startB, 0));
  }

  private Initializer start(Site site, BaseFactor.Side side) {
    BaseFactor.Decomposition how =
        config.init() == LoraConfig.Init.PISSA
            ? BaseFactor.Decomposition.SINGULAR
            : BaseFactor.Decomposition.ORTHOGONAL;
    return new BaseFactor(how, side, config.scale(site.name()));
  }

  @Override
  public Tensor forward(AdapterContext context) {
    Tensor a = context.parameter(A);
    Tensor b = context.parameter(B);
    Tensor startA = context.parameter(START_A);
    Tensor startB = context.parameter(START_B);
    double s = config.scale(context.site().name());
    Tensor x = context.x();
    Tensor moved = through(x, a, b.minus(startB), s);
    return context.baseOutput().plus(moved).plus(through(x, a.minus(startA), startB, s));
  }

  private static Tensor through(Tensor x, Tensor a, Tensor b, double s) {
    DType dtype = x.dtype();
    return Linear.of(Linear.of(x, a.cast(dtype), null).times(s), b.cast(dtype), null);
  }

  /** W + s·(B·A − B₀·A₀). */
  @Override
  public Tensor mergedWeight(MergeContext context) {
    Tensor a = context.parameter(A);
    Tensor b = context.parameter(B);
    Tensor startA = context.parameter(START_A);
    Tensor startB = context.parameter(START_B);
    Tensor change = b.minus(startB).matmul(a).plus(startB.matmul(a.minus(startA)));
    return context.weight().plus(change.times(config.scale(context.site().name())));
  }

  @Override
  public Map<String, Object> savedConfig() {
    return plain.savedConfig();
  }

  /** [B − B₀, B₀] and [A; A − A₀]. */
  @Override
  public Map<String, HostTensor> savedTensors(Site site, Map<String, HostTensor> parameters) {
    HostTensor a = Objects.requireNonNull(parameters.get(A));
    HostTensor b = Objects.requireNonNull(parameters.get(B));
    HostTensor startA = Objects.requireNonNull(parameters.get(START_A));
    HostTensor startB = Objects.requireNonNull(parameters.get(START_B));
    int r = a.shape().dim(0);
    int in = a.shape().dim(1);
    int out = b.shape().dim(0);
    long half = (long) r * in;
    HostTensor savedA =
        HostTensor.generate(
            DType.F32,
            Shape.of(2 * r, in),
            i -> i < half ? a.get(i) : a.get(i - half) - startA.get(i - half));
    HostTensor savedB =
        HostTensor.generate(
            DType.F32,
            Shape.of(out, 2 * r),
            i -> {
              long row = i / (2L * r);
              long column = i % (2L * r);
              return column < r
                  ? b.get(row * r + column) - startB.get(row * r + column)
                  : startB.get(row * r + column - r);
            });
    return Map.of(plain.savedName(site, A), savedA, plain.savedName(site, B), savedB);
  }
}
