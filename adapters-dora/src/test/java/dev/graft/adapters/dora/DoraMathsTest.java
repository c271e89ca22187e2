package dev.graft.adapters.dora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import dev.graft.graph.Gradients;
import dev.graft.testkit.AdapterHarness;
import dev.graft.testkit.AdapterHarness.Parameters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values on the reference engine, against loops in double precision. */
class DoraMathsTest {
  private static final int IN = 6;
  private static final int OUT = 5;
  private static final int R = 4;
  private static final double S = 6 / 4.0;
  private static final Shape LEADING = Shape.of(2, 3);
  private static final int ROWS = 6;
  private static final long SEED = 3;

  private static DoraAdapter adapter(Map<String, Object> keys) {
    Map<String, Object> all = new HashMap<>(Map.of("r", R, "alpha", 6));
    all.putAll(keys);
    return new DoraAdapter(ConfigBinder.bind(all, DoraConfig.class, ""));
  }

  private static Site site(SiteKind kind) {
    return new Site("model.layers.0.self_attn.q_proj", kind, IN, OUT, 0);
  }

  /** What a site computes, as plain arrays. */
  private static final class Loops {
    final boolean embedding;
    final double[] weight; // [OUT][IN], whatever the kind
    final double[] bias;
    final double[] a;
    final double[] b;
    final double[] m;
    final double[] x; // [ROWS][IN], one-hot for ids

    Loops(Map<String, HostTensor> v) {
      embedding = get(v, "x").dtype() == DType.I64;
      a = get(v, embedding ? "parameter.lora_embedding_A" : "parameter.lora_A").toDoubles();
      b = get(v, embedding ? "parameter.lora_embedding_B" : "parameter.lora_B").toDoubles();
      m = get(v, "parameter.lora_magnitude_vector").toDoubles();
      bias = v.containsKey("bias") ? get(v, "bias").toDoubles() : new double[OUT];
      weight = new double[OUT * IN];
      x = embedding ? new double[ROWS * IN] : get(v, "x").toDoubles();
      HostTensor w = get(v, "weight");
      for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
          weight[o * IN + i] = w.get(embedding ? i * (long) OUT + o : o * (long) IN + i);
        }
      }
      for (int row = 0; embedding && row < ROWS; row++) {
        x[row * IN + (int) get(v, "x").getLong(row)] = 1;
      }
    }

    double change(int o, int i) {
      double sum = 0;
      for (int j = 0; j < R; j++) {
        sum += b[o * R + j] * a[j * IN + i];
      }
      return S * sum;
    }

    double[] norms() {
      double[] n = new double[OUT];
      for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
          n[o] += Math.pow(weight[o * IN + i] + change(o, i), 2);
        }
        n[o] = Math.sqrt(n[o]);
      }
      return n;
    }

    /** y = x·Wᵀ + bias + (g−1)⊙(d·Wᵀ) + g⊙s·B·A·d, where d is x, perhaps with dropout. */
    double[] outputs(double[] n, double[] d) {
      double[] y = new double[ROWS * OUT];
      for (int row = 0; row < ROWS; row++) {
        for (int o = 0; o < OUT; o++) {
          double g = m[o] / n[o];
          double sum = bias[o];
          for (int i = 0; i < IN; i++) {
            double w = weight[o * IN + i];
            sum += x[row * IN + i] * w + d[row * IN + i] * ((g - 1) * w + g * change(o, i));
          }
          y[row * OUT + o] = sum;
        }
      }
      return y;
    }
  }

  private static HostTensor get(Map<String, HostTensor> values, String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  private static Map<String, HostTensor> run(Trace trace, Map<String, HostTensor> values) {
    try (Backend backend = new ReferenceProvider().open(new ReferenceConfig());
        Executable executable = backend.compile(Expansion.expand(trace.build(), Set.of()))) {
      return executable.run(values);
    }
  }

  private static double[] run(Trace trace, Tensor out, Map<String, HostTensor> values) {
    trace.output("out", out.cast(DType.F64));
    return get(run(trace, values), "out").toDoubles();
  }

  /** ‖a − b‖ / ‖b‖. */
  private static double distance(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }

  @ParameterizedTest
  @EnumSource
  void stretchesEveryOutputToItsMagnitude(SiteKind kind) {
    Trace trace = new Trace("forward");
    DoraAdapter adapter = adapter(Map.of());
    AdapterHarness h = new AdapterHarness(trace, adapter, site(kind), LEADING, DType.F32, false);
    Map<String, HostTensor> v = h.values(SEED, Parameters.RANDOM);
    Loops loops = new Loops(v);
    double[] expected = loops.outputs(loops.norms(), loops.x);
    assertThat(distance(run(trace, adapter.forward(h), v), expected)).isLessThan(1e-12);
  }

  @ParameterizedTest
  @EnumSource
  void mergedRowsHaveTheirMagnitudesAsNorms(SiteKind kind) {
    Trace trace = new Trace("merge");
    DoraAdapter adapter = adapter(Map.of());
    AdapterHarness h = new AdapterHarness(trace, adapter, site(kind), LEADING, DType.F32, false);
    Map<String, HostTensor> v = h.values(SEED, Parameters.RANDOM);
    double[] merged = run(trace, adapter.mergedWeight(h), v);
    Loops loops = new Loops(v);
    double[] n = loops.norms();
    for (int o = 0; o < OUT; o++) {
      double square = 0;
      for (int i = 0; i < IN; i++) {
        double w = merged[loops.embedding ? i * OUT + o : o * IN + i];
        double direction = (loops.weight[o * IN + i] + loops.change(o, i)) / n[o];
        assertThat(Math.abs(w - loops.m[o] * direction)).isLessThan(1e-12);
        square += w * w;
      }
      assertThat(Math.sqrt(square)).isCloseTo(Math.abs(loops.m[o]), within(1e-12));
    }
  }

  @Test
  void oneDropoutMaskIsForAllButTheFrozenOutput() {
    Site site = site(SiteKind.LINEAR);
    Trace trace = new Trace("dropout");
    DoraAdapter adapter = adapter(Map.of("dropout", 0.25));
    AdapterHarness h = new AdapterHarness(trace, adapter, site, LEADING, DType.F32, true);
    Map<String, HostTensor> v = h.values(SEED, Parameters.RANDOM);
    Loops loops = new Loops(v);
    double[] dropped = new double[ROWS * IN];
    int kept = 0;
    for (int i = 0; i < dropped.length; i++) {
      double u = Noise.uniform(SEED, 0, 0, Noise.site(site.name() + "/dropout"), i);
      dropped[i] = u < 0.25 ? 0 : loops.x[i] / 0.75;
      kept += u < 0.25 ? 0 : 1;
    }
    assertThat(kept).isBetween(18, 35);
    double[] expected = loops.outputs(loops.norms(), dropped);
    assertThat(distance(run(trace, adapter.forward(h), v), expected)).isLessThan(1e-12);
  }

  /** Central differences of the loops; the norms are those of the start, or are computed anew. */
  private static double[] differences(
      Map<String, HostTensor> values, String key, double[] weights, boolean fixed) {
    double[] held = new Loops(values).norms();
    HostTensor at = get(values, key);
    double[] out = new double[(int) at.shape().size()];
    for (int e = 0; e < out.length; e++) {
      int element = e;
      double[] loss = new double[2];
      double step = 0x1p-10;
      for (int side = 0; side < 2; side++) {
        double by = side == 0 ? -step : step;
        Map<String, HostTensor> moved = new HashMap<>(values);
        moved.put(
            key,
            HostTensor.generate(DType.F64, at.shape(), i -> at.get(i) + (i == element ? by : 0)));
        Loops loops = new Loops(moved);
        double[] y = loops.outputs(fixed ? held : loops.norms(), loops.x);
        for (int i = 0; i < y.length; i++) {
          loss[side] += weights[i] * y[i];
        }
      }
      out[e] = (loss[1] - loss[0]) / (2 * step);
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void gradientsHoldTheNormsFixed(SiteKind kind) {
    Trace trace = new Trace("gradients");
    DoraAdapter adapter = adapter(Map.of());
    Site site = site(kind);
    AdapterHarness h = new AdapterHarness(trace, adapter, site, LEADING, DType.F32, false);
    Map<String, HostTensor> v = h.values(SEED, Parameters.RANDOM);
    double[] weights = new double[ROWS * OUT];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.cos(3 * i);
    }
    Tensor y = adapter.forward(h);
    Tensor constant =
        trace.constant(HostTensor.generate(y.dtype(), y.shape(), i -> weights[(int) i]));
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    adapter.parameters(site).forEach(p -> parameters.put(p.name(), h.parameter(p.name())));
    List<Tensor> gradients =
        Gradients.of(y.times(constant).sum(), List.copyOf(parameters.values()));
    List<String> names = List.copyOf(parameters.keySet());
    for (int i = 0; i < names.size(); i++) {
      trace.output(names.get(i), gradients.get(i));
    }
    Map<String, HostTensor> found = run(trace, v);
    for (String name : names) {
      double[] gradient = get(found, name).toDoubles();
      String key = "parameter." + name;
      assertThat(distance(gradient, differences(v, key, weights, true))).as(name).isLessThan(1e-6);
      if (!name.equals("lora_magnitude_vector")) { // n follows from A and B alone
        assertThat(distance(gradient, differences(v, key, weights, false)))
            .as("%s, with n moving", name)
            .isGreaterThan(1e-2);
      }
    }
  }

  /** Of row 0 a millionth is left of W + s·B·A; of row 1 nothing, W and B being zero there. */
  @Test
  void rowsThatVanishStayFinite() {
    Trace trace = new Trace("forward");
    DoraAdapter adapter = adapter(Map.of());
    Site site = site(SiteKind.LINEAR);
    AdapterHarness h = new AdapterHarness(trace, adapter, site, LEADING, DType.F32, false);
    Map<String, HostTensor> v = new HashMap<>(h.values(SEED, Parameters.RANDOM));
    Loops random = new Loops(v);
    v.put(
        "weight",
        HostTensor.generate(
            DType.F32,
            Shape.of(OUT, IN),
            i -> {
              int o = (int) i / IN;
              double w = random.weight[(int) i];
              return o == 0 ? 1e-6 * w - random.change(0, (int) i % IN) : o == 1 ? 0 : w;
            }));
    HostTensor b = get(v, "parameter.lora_B");
    v.put(
        "parameter.lora_B",
        HostTensor.generate(DType.F32, b.shape(), i -> i / R == 1 ? 0 : b.get(i)));
    v.put(
        "parameter.lora_magnitude_vector",
        HostTensor.generate(DType.F32, Shape.of(OUT), i -> i == 1 ? 0 : random.m[(int) i]));
    Loops loops = new Loops(v);
    double[] n = loops.norms();
    assertThat(n[0]).isBetween(1e-9, 1e-5);
    assertThat(n[1]).isZero();
    n[1] = 1;
    Tensor y = adapter.forward(h);
    trace.output("y", y.cast(DType.F64));
    trace.output("merged", h.outputWith(adapter.mergedWeight(h)).cast(DType.F64));
    trace.output("db", Gradients.of(y.sum(), List.of(h.parameter("lora_B"))).get(0));
    Map<String, HostTensor> out = run(trace, v);
    double[] expected = loops.outputs(n, loops.x);
    assertThat(distance(get(out, "y").toDoubles(), expected)).isLessThan(1e-8);
    assertThat(distance(get(out, "merged").toDoubles(), expected)).isLessThan(1e-8);
    for (double d : get(out, "db").toDoubles()) {
      assertThat(d).isFinite();
    }
  }

  /**
   * In bf16 the next number after 1 is 1.0078; a magnitude must be able to grow by a thousandth.
   */
  @Test
  void smallChangesOfMagnitudeAreNotLostInBf16() {
    Trace trace = new Trace("bf16");
    DoraAdapter adapter = adapter(Map.of());
    Site site = new Site("q_proj", SiteKind.LINEAR, 16, 8, 0);
    AdapterHarness h = new AdapterHarness(trace, adapter, site, Shape.of(500), DType.BF16, false);
    Map<String, HostTensor> v = new HashMap<>(h.values(SEED, Parameters.INITIAL));
    v.put("bias", HostTensor.generate(DType.BF16, Shape.of(8), i -> 0));
    HostTensor m = get(v, "parameter.lora_magnitude_vector");
    v.put(
        "parameter.lora_magnitude_vector",
        HostTensor.generate(DType.F32, m.shape(), i -> 1.001 * m.get(i)));
    double[] y = run(trace, adapter.forward(h), v);
    Trace plain = new Trace("base");
    AdapterHarness again =
        new AdapterHarness(plain, adapter, site, Shape.of(500), DType.BF16, false);
    double[] base = run(plain, again.baseOutput(), v);
    double both = 0;
    double square = 0;
    for (int i = 0; i < y.length; i++) {
      both += y[i] * base[i];
      square += base[i] * base[i];
    }
    assertThat(both / square - 1).isCloseTo(1e-3, within(2e-4));
  }
}
