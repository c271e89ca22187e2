package dev.graft.testkit;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One site with an adapter, outside of any model: what {@link Adapter#forward} and {@link
 * Adapter#mergedWeight} see. Everything is an input of the trace, and {@link #values} gives values
 * for all of them: {@code x}, {@code weight}, {@code bias} at a linear site, every parameter as
 * {@code parameter.NAME} and, in training, the noise's {@code key} (seed, step, micro-batch).
 * Shared tensors are inputs {@code shared.NAME}, as for the site alone. Constants follow from the
 * weight in the trace.
 *
 * <p>The merge sees f32: use a harness with f32 for it. Two harnesses on one trace share their
 * inputs.
 */
public final class AdapterHarness implements AdapterContext, MergeContext {
  private static final String KEY = "key";

  /** Which values the parameters have. */
  public enum Parameters {
    /** What their initializers say. */
    INITIAL,
    /** Normal noise, so that nothing is zero. */
    RANDOM
  }

  private final Trace trace;
  private final Site site;
  private final List<ParameterSpec> parameters;
  private final List<ConstantSpec> constants;
  private final List<SharedSpec> shared;
  private final boolean training;
  private final Tensor x;
  private final Tensor weight;
  private final Optional<Tensor> bias;

  /**
   * Declares the inputs.
   *
   * @param leading the shape of x without its last axis; for an embedding the shape of the ids
   * @param compute the dtype of x, weight and bias
   */
  public AdapterHarness(
      Trace trace, Adapter adapter, Site site, Shape leading, DType compute, boolean training) {
    this.trace = trace;
    this.site = site;
    this.training = training;
    boolean embedding = site.kind() == SiteKind.EMBEDDING;
    x =
        embedding
            ? trace.input("x", new TensorType(DType.I64, leading))
            : trace.input("x", new TensorType(compute, leading.append(site.in())));
    weight =
        embedding
            ? trace.input("weight", compute, site.in(), site.out())
            : trace.input("weight", compute, site.out(), site.in());
    bias =
        site.kind() == SiteKind.LINEAR
            ? Optional.of(trace.input("bias", compute, site.out()))
            : Optional.empty();
    parameters = List.copyOf(adapter.parameters(site));
    constants = List.copyOf(adapter.constants(site));
    shared = List.copyOf(adapter.shared(List.of(site)));
    shared.forEach(this::sharedInput);
    parameters.forEach(p -> parameterInput(p));
    if (training) {
      trace.input(KEY, DType.I64, 3);
    }
  }

  private Tensor parameterInput(ParameterSpec p) {
    return trace.input("parameter." + p.name(), new TensorType(DType.F32, p.shape()));
  }

  private Tensor sharedInput(SharedSpec s) {
    return trace.input("shared." + s.name(), new TensorType(DType.F32, s.shape()));
  }

  @Override
  public Site site() {
    return site;
  }

  @Override
  public Tensor x() {
    return x;
  }

  @Override
  public Tensor baseOutput() {
    return outputWith(weight);
  }

  /** What the plain site computes with another weight. */
  public Tensor outputWith(Tensor otherWeight) {
    return site.kind() == SiteKind.EMBEDDING
        ? otherWeight.gather(x)
        : Linear.of(x, otherWeight, bias.orElse(null));
  }

  @Override
  public Tensor weight() {
    return weight;
  }

  @Override
  public Optional<Tensor> bias() {
    return bias;
  }

  @Override
  public Tensor parameter(String name) {
    for (ParameterSpec p : parameters) {
      if (p.name().equals(name)) {
        return parameterInput(p);
      }
    }
    throw undeclared("parameters", parameters.stream().map(ParameterSpec::name).toList(), name);
  }

  @Override
  public Tensor constant(String name) {
    for (ConstantSpec c : constants) {
      if (c.name().equals(name)) {
        return c.of(weight);
      }
    }
    throw undeclared("constants", constants.stream().map(ConstantSpec::name).toList(), name);
  }

  @Override
  public Tensor shared(String name) {
    for (SharedSpec s : shared) {
      if (s.name().equals(name)) {
        return sharedInput(s);
      }
    }
    throw undeclared("shared tensors", shared.stream().map(SharedSpec::name).toList(), name);
  }

  private AssertionError undeclared(String what, List<String> declared, String name) {
    return new AssertionError(
        "expected one of the "
            + what
            + " "
            + declared
            + " that the adapter declares at "
            + site.name()
            + ", it asked for '"
            + name
            + "'");
  }

  @Override
  public boolean training() {
    return training;
  }

  @Override
  public Tensor uniform(String name, Shape shape) {
    if (!training) {
      throw new AssertionError(
          "expected no noise outside training, the adapter asked for '" + name + "'");
    }
    return Uniform.of(trace.input(KEY, DType.I64, 3), site.name() + "/" + name, shape);
  }

  /** Values of all inputs, drawn from a seed; in training at step 0. */
  public Map<String, HostTensor> values(long seed, Parameters kind) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    HostTensor w = normal(weight.type(), seed, "weight", 1 / Math.sqrt(site.in()));
    out.put(
        "x",
        x.dtype() == DType.I64
            ? HostTensor.generate(
                DType.I64, x.shape(), i -> (double) (Noise.bits(seed, 0, 0, 1, i) % site.in()))
            : normal(x.type(), seed, "x", 1));
    out.put("weight", w);
    bias.ifPresent(b -> out.put("bias", normal(b.type(), seed, "bias", 1)));
    for (ParameterSpec p : parameters) {
      out.put(
          "parameter." + p.name(),
          kind == Parameters.INITIAL
              ? initial(p, w, seed)
              : normal(new TensorType(DType.F32, p.shape()), seed, p.name(), 0.5));
    }
    shared.forEach(s -> out.put("shared." + s.name(), s.draw()));
    if (training) {
      out.put(KEY, key(seed, 0));
    }
    return out;
  }

  /** The noise's key at a step. */
  public static HostTensor key(long seed, long step) {
    return HostTensor.ofLongs(Shape.of(3), seed, step, 0);
  }

  private static HostTensor normal(TensorType type, long seed, String name, double scale) {
    long at = Noise.site(name);
    return HostTensor.generate(
        type.dtype(), type.shape(), i -> scale * Noise.normal(seed, 0, 0, at, i));
  }

  private static HostTensor initial(ParameterSpec p, HostTensor weight, long seed) {
    TensorType type = new TensorType(DType.F32, p.shape());
    Initializer init = p.initializer();
    if (init instanceof Initializer.Constant c) {
      return HostTensor.generate(DType.F32, p.shape(), i -> c.value());
    } else if (init instanceof Initializer.Normal n) {
      return normal(type, seed, p.name(), n.std());
    } else if (init instanceof Initializer.KaimingUniform k) {
      double bound = Math.sqrt(6 / ((1 + k.a() * k.a()) * p.shape().dim(-1)));
      long at = Noise.site(p.name());
      return HostTensor.generate(
          DType.F32, p.shape(), i -> bound * (2 * Noise.uniform(seed, 0, 0, at, i) - 1));
    } else if (init instanceof Initializer.BaseRowNorm) {
      int columns = weight.shape().dim(1);
      return HostTensor.generate(
          DType.F32, p.shape(), row -> norm(weight, row * columns, 1, columns));
    } else if (init instanceof Initializer.BaseColumnNorm) {
      int columns = weight.shape().dim(1);
      int rows = weight.shape().dim(0);
      return HostTensor.generate(
          DType.F32, p.shape(), column -> norm(weight, column, columns, rows));
    } else if (init instanceof Initializer.BaseFactor f) {
      return BaseFactors.of(weight, f, p.shape());
    }
    throw new IllegalStateException("expected a known initializer, received " + init);
  }

  private static double norm(HostTensor t, long start, int stride, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double v = t.get(start + (long) i * stride);
      sum += v * v;
    }
    return Math.sqrt(sum);
  }
}
