package dev.graft.testkit;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change of rank 2 with a gain per output, y = y₀ + gain ⊙ ‖W‖² ⊙ (up − kept)(down(drop(x))),
 * where ‖W‖² are the squared norms of W's rows and kept is what up starts from, and its faults.
 */
final class ToyAdapter implements Adapter {
  /** What is wrong with an adapter. */
  enum Fault {
    NONE,
    WRONG_MERGE,
    STARTS_ELSEWHERE,
    DROPOUT_IN_EVALUATION,
    BIASED_DROPOUT,
    ONE_MASK_FOR_ALL_STEPS,
    CUT_GRADIENT,
    DOES_NOTHING,
    F32_OUTPUT,
    STATEFUL,
    SHARED_SAVED_NAME,
    FORGETFUL_CONFIG,
    CLAIMS_EVERY_FOLDER,
    UNWRITABLE_CONFIG,
    TAKES_ANY_SITE,
    EMPTY_PARAMETER,
    UNDECLARED_PARAMETER,
    UNDECLARED_CONSTANT,
    CONSTANT_OF_ANOTHER_SHAPE,
    CONSTANT_OF_A_PARAMETER,
    SHARED_CONSTANT_NAME,
    NOTHING_TRAINED,
    STUCK_AT_THE_START,
    KEPT_FOR_NOTHING,
    FACTOR_OF_ANOTHER_SHAPE,
    SAVES_ANOTHER,
    SAVES_TOO_LITTLE
  }

  /** The configuration. */
  record Config(double dropout, Fault fault) {}

  private final Config config;
  private int traced;

  ToyAdapter(Config config) {
    this.config = config;
  }

  private boolean is(Fault fault) {
    return config.fault() == fault;
  }

  @Override
  public TargetModules targets() {
    return TargetModules.allLinear();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    if (site.kind() != SiteKind.LINEAR && !is(Fault.TAKES_ANY_SITE)) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED, "expected a linear site, received " + site);
    }
    int r = is(Fault.EMPTY_PARAMETER) ? 0 : 2;
    Initializer start =
        new Initializer.BaseFactor(
            Initializer.BaseFactor.Decomposition.ORTHOGONAL, Initializer.BaseFactor.Side.OUT, 1);
    Initializer up = is(Fault.STARTS_ELSEWHERE) ? new Initializer.Normal(0.1) : start;
    Initializer down =
        is(Fault.STUCK_AT_THE_START) ? Initializer.zeros() : new Initializer.KaimingUniform(2);
    int trained = is(Fault.NOTHING_TRAINED) ? 0 : 1;
    int extra = is(Fault.FACTOR_OF_ANOTHER_SHAPE) ? 1 : 0;
    return List.of(
        new ParameterSpec("down", Shape.of(r, site.in()), down, trained),
        new ParameterSpec("up", Shape.of(site.out(), r), up, 16 * trained),
        new ParameterSpec("kept", Shape.of(site.out() + extra, r), start, 0),
        new ParameterSpec("gain", Shape.of(site.out()), new Initializer.BaseRowNorm(), trained));
  }

  /** The rows that are as many as the site's outputs, which a wrong shape is not. */
  private Tensor moved(Tensor up, Tensor kept, Site site) {
    return is(Fault.KEPT_FOR_NOTHING)
        ? up.minus(kept.times(0))
        : up.minus(kept.slice(0, 0, site.out()));
  }

  @Override
  public List<ConstantSpec> constants(Site site) {
    int extra = is(Fault.CONSTANT_OF_ANOTHER_SHAPE) ? 1 : 0;
    ConstantSpec squares =
        new ConstantSpec(
            "squares",
            Shape.of(site.out() + extra),
            is(Fault.CONSTANT_OF_A_PARAMETER)
                ? w -> w.trace().input("parameter.gain", DType.F32, site.out()).square()
                : w -> w.square().sum(1));
    return is(Fault.SHARED_CONSTANT_NAME) ? List.of(squares, squares) : List.of(squares);
  }

  @Override
  public Tensor forward(AdapterContext context) {
    traced++;
    Tensor x = context.x();
    double p = config.dropout();
    if (p > 0 && (context.training() || is(Fault.DROPOUT_IN_EVALUATION))) {
      Tensor u = context.uniform("dropout", x.shape());
      if (is(Fault.ONE_MASK_FOR_ALL_STEPS)) {
        u = u.trace().iota(0, x.shape().toArray()).cast(DType.F32).times(0.37).sin().abs();
      }
      Tensor zero = x.trace().zeros(x.type());
      Tensor kept = is(Fault.BIASED_DROPOUT) ? x : x.times(1 / (1 - p));
      x = u.less(u.trace().fill(p, u.type())).where(zero, kept);
    }
    DType d = x.dtype();
    String first = is(Fault.UNDECLARED_PARAMETER) ? "lora_A" : "down";
    Tensor low = Linear.of(x, context.parameter(first).cast(d), null);
    Tensor up = moved(context.parameter("up"), context.parameter("kept"), context.site()).cast(d);
    Tensor gain = context.parameter("gain").cast(d);
    if (is(Fault.CUT_GRADIENT)) {
      gain = gain.stopGradient();
    }
    Tensor squares = context.constant(is(Fault.UNDECLARED_CONSTANT) ? "norms" : "squares").cast(d);
    Tensor change = Linear.of(low, up, null).times(gain).times(squares);
    if (is(Fault.DOES_NOTHING)) {
      change = change.times(0);
    }
    if (is(Fault.STATEFUL)) {
      change = change.times(1.0 / traced);
    }
    Tensor y = context.baseOutput().plus(change);
    return is(Fault.F32_OUTPUT) ? y.cast(DType.F32) : y;
  }

  @Override
  public Tensor mergedWeight(MergeContext context) {
    Tensor up = moved(context.parameter("up"), context.parameter("kept"), context.site());
    Tensor change = up.matmul(context.parameter("down"));
    Tensor gain = context.parameter("gain");
    Tensor column =
        is(Fault.WRONG_MERGE) ? gain.times(1.001) : gain.times(is(Fault.DOES_NOTHING) ? 0 : 1);
    Tensor squares =
        is(Fault.CONSTANT_OF_A_PARAMETER) ? gain.square() : context.weight().square().sum(1);
    Tensor scale = column.times(squares);
    return context.weight().plus(change.times(scale.reshape(scale.dim(0), 1)));
  }

  @Override
  public Map<String, Object> savedConfig() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("peft_type", "TOY");
    out.put("fault", is(Fault.UNWRITABLE_CONFIG) ? config.fault() : config.fault().name());
    if (!is(Fault.FORGETFUL_CONFIG)) {
      out.put("dropout", config.dropout());
    }
    return out;
  }

  @Override
  public String savedName(Site site, String parameter) {
    return is(Fault.SHARED_SAVED_NAME) ? "weight" : parameter + ".weight";
  }

  @Override
  public Map<String, HostTensor> savedTensors(Site site, Map<String, HostTensor> parameters) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          boolean lost = is(Fault.SAVES_TOO_LITTLE) && name.equals("kept");
          double factor = is(Fault.SAVES_ANOTHER) && name.equals("gain") ? 1.0001 : 1;
          if (!lost) {
            out.put(
                savedName(site, name),
                HostTensor.generate(DType.F32, value.shape(), i -> factor * value.get(i)));
          }
        });
    return out;
  }

  /** Provides the toy. */
  static final class Provider implements AdapterProvider<Config> {
    private final Fault fault;

    Provider(Fault fault) {
      this.fault = fault;
    }

    @Override
    public String name() {
      return "toy";
    }

    @Override
    public Class<Config> configType() {
      return Config.class;
    }

    @Override
    public Adapter create(Config config) {
      return new ToyAdapter(config);
    }

    @Override
    public Optional<Config> fromSaved(Map<String, Object> saved) {
      if (!"TOY".equals(saved.get("peft_type")) && fault != Fault.CLAIMS_EVERY_FOLDER) {
        return Optional.empty();
      }
      double dropout = saved.get("dropout") instanceof Double d ? d : 0;
      return Optional.of(new Config(dropout, fault));
    }
  }
}
