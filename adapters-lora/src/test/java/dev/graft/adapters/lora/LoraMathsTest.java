package dev.graft.adapters.lora;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values on the reference engine, against loops in double precision and against PEFT. */
class LoraMathsTest {
  private static final Shape X = Shape.of(2, 3, 6);
  private static final Shape IDS = Shape.of(2, 3);

  /** Traces a site as a model does: inputs x, weight and the adapter's parameters. */
  private static final class Context implements AdapterContext, MergeContext {
    private final Site site;
    private final Tensor x;
    private final Tensor weight;
    private final boolean training;

    Context(Trace trace, Site site, DType compute, boolean training) {
      this.site = site;
      this.training = training;
      boolean embedding = site.kind() == SiteKind.EMBEDDING;
      Shape w = embedding ? Shape.of(site.in(), site.out()) : Shape.of(site.out(), site.in());
      x =
          embedding
              ? trace.input("x", DType.I64, IDS.toArray())
              : trace.input("x", DType.F32, X.with(-1, site.in()).toArray()).cast(compute);
      weight = trace.input("weight", DType.F32, w.toArray()).cast(compute);
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
      return site.kind() == SiteKind.EMBEDDING ? weight.gather(x) : Linear.of(x, weight, null);
    }

    @Override
    public Tensor weight() {
      return weight;
    }

    @Override
    public Optional<Tensor> bias() {
      return Optional.empty();
    }

    @Override
    public Tensor parameter(String name) {
      Shape shape =
          adapter(Map.of()).parameters(site).stream()
              .filter(p -> p.name().equals(name))
              .map(ParameterSpec::shape)
              .findFirst()
              .orElseThrow();
      return x.trace().input(name, DType.F32, shape.toArray());
    }

    @Override
    public Tensor constant(String name) {
      throw new AssertionError("LoRA declares no constants, it asked for '" + name + "'");
    }

    @Override
    public Tensor shared(String name) {
      throw new AssertionError("expected no shared tensor, it asked for '" + name + "'");
    }

    @Override
    public boolean training() {
      return training;
    }

    @Override
    public Tensor uniform(String name, Shape shape) {
      assertThat(training).isTrue();
      return Uniform.of(x.trace().input("key", DType.I64, 3), site.name() + "." + name, shape);
    }
  }

  private static LoraAdapter adapter(Map<String, Object> keys) {
    Map<String, Object> all = new HashMap<>(Map.of("r", 4, "alpha", 6));
    all.putAll(keys);
    return new LoraAdapter(ConfigBinder.bind(all, LoraConfig.class, ""));
  }

  private static Site site(SiteKind kind) {
    return new Site("model.layers.0.self_attn.q_proj", kind, 6, 5, 0);
  }

  private static Map<String, HostTensor> run(Graph graph, Map<String, HostTensor> values) {
    Map<String, HostTensor> inputs = new HashMap<>();
    graph.inputs().forEach((k, t) -> inputs.put(k, Objects.requireNonNull(values.get(k), k)));
    try (Backend backend = new ReferenceProvider().open(new ReferenceConfig());
        Executable executable = Expansion.compile(backend, graph)) {
      return executable.run(inputs);
    }
  }

  private static double[] run(Trace trace, Tensor out, Map<String, HostTensor> values) {
    trace.output("out", out);
    return Objects.requireNonNull(run(trace.build(), values).get("out")).toDoubles();
  }

  private static HostTensor normal(Random random, int... dims) {
    return HostTensor.generate(DType.F32, Shape.of(dims), i -> random.nextGaussian());
  }

  private static Map<String, HostTensor> values(SiteKind kind) {
    Random random = new Random(3);
    Map<String, HostTensor> v = new HashMap<>();
    boolean embedding = kind == SiteKind.EMBEDDING;
    v.put("x", embedding ? HostTensor.ofLongs(IDS, 5, 0, 3, 3, 1, 2) : normal(random, 2, 3, 6));
    v.put("weight", embedding ? normal(random, 6, 5) : normal(random, 5, 6));
    v.put(embedding ? "lora_embedding_A" : "lora_A", normal(random, 4, 6));
    v.put(embedding ? "lora_embedding_B" : "lora_B", normal(random, 5, 4));
    v.put("key", HostTensor.ofLongs(Shape.of(3), 11, 7, 1));
    return v;
  }

  private static HostTensor get(Map<String, HostTensor> values, String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  /** y₀ + s·B·A·x by loops; x [n, 6] may be one-hot rows that stand for ids. */
  private static double[] expected(Map<String, HostTensor> v, double[] x, double[] dropped) {
    boolean embedding = v.containsKey("lora_embedding_A");
    HostTensor a = get(v, embedding ? "lora_embedding_A" : "lora_A");
    HostTensor b = get(v, embedding ? "lora_embedding_B" : "lora_B");
    HostTensor w = get(v, "weight");
    double s = 6 / 4.0;
    double[] y = new double[6 * 5];
    for (int n = 0; n < 6; n++) {
      for (int o = 0; o < 5; o++) {
        double sum = 0;
        for (int i = 0; i < 6; i++) {
          sum += x[n * 6 + i] * w.get(embedding ? i * 5L + o : o * 6L + i);
          for (int r = 0; r < 4; r++) {
            sum += s * b.get(o * 4L + r) * a.get(r * 6L + i) * dropped[n * 6 + i];
          }
        }
        y[n * 5 + o] = sum;
      }
    }
    return y;
  }

  private static double[] dense(Map<String, HostTensor> v) {
    HostTensor x = get(v, "x");
    if (x.dtype() != DType.I64) {
      return x.toDoubles();
    }
    double[] oneHot = new double[36];
    for (int n = 0; n < 6; n++) {
      oneHot[n * 6 + (int) x.getLong(n)] = 1;
    }
    return oneHot;
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
  void addsTheScaledProductToTheOutput(SiteKind kind) {
    Map<String, HostTensor> v = values(kind);
    Trace trace = new Trace("forward");
    Tensor y = adapter(Map.of()).forward(new Context(trace, site(kind), DType.F32, true));
    assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 5));
    assertThat(distance(run(trace, y, v), expected(v, dense(v), dense(v)))).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource
  void theMergedWeightDoesTheSame(SiteKind kind) {
    Map<String, HostTensor> v = values(kind);
    Trace trace = new Trace("merge");
    Tensor w = adapter(Map.of()).mergedWeight(new Context(trace, site(kind), DType.F32, false));
    double[] merged = run(trace, w, v);
    Map<String, HostTensor> plain = new HashMap<>(v);
    Shape shape = get(v, "weight").shape();
    plain.put("weight", HostTensor.generate(DType.F32, shape, i -> merged[(int) i]));
    Trace base = new Trace("base");
    Tensor y = new Context(base, site(kind), DType.F32, false).baseOutput();
    assertThat(distance(run(base, y, plain), expected(v, dense(v), dense(v)))).isLessThan(1e-6);
  }

  @Test
  void dropoutFollowsTheRunsNoise() {
    Map<String, HostTensor> v = values(SiteKind.LINEAR);
    Site site = site(SiteKind.LINEAR);
    Trace trace = new Trace("dropout");
    LoraAdapter adapter = adapter(Map.of("dropout", 0.25));
    Tensor y = adapter.forward(new Context(trace, site, DType.F32, true));
    double[] x = dense(v);
    double[] dropped = new double[36];
    int kept = 0;
    for (int i = 0; i < 36; i++) {
      double u = Noise.uniform(11, 7, 1, Noise.site(site.name() + ".dropout"), i);
      dropped[i] = u < 0.25 ? 0 : x[i] / 0.75;
      kept += u < 0.25 ? 0 : 1;
    }
    assertThat(kept).isBetween(18, 35);
    assertThat(distance(run(trace, y, v), expected(v, x, dropped))).isLessThan(1e-6);

    Trace scoring = new Trace("scoring");
    Tensor undropped = adapter.forward(new Context(scoring, site, DType.F32, false));
    assertThat(distance(run(scoring, undropped, v), expected(v, x, x))).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource
  void computesInTheDtypeOfTheSite(SiteKind kind) {
    Trace trace = new Trace("bf16");
    Context context = new Context(trace, site(kind), DType.BF16, true);
    Tensor y = adapter(Map.of("dropout", 0.5)).forward(context);
    assertThat(y.dtype()).isEqualTo(DType.BF16);
    Map<String, HostTensor> v = values(kind);
    assertThat(run(trace, y, v)).hasSize(30);
  }

  /**
   * The tensors were written by PEFT 0.21.2 (float32, r 4, alpha 8) with its merged weight of the
   * first q_proj; the bound is that for merged weights in fp32, 1e-4.
   */
  @Test
  void mergesAsPeftDoes() throws IOException {
    Map<String, HostTensor> file = safetensors("merged_q_proj.safetensors");
    String module = "model.layers.0.self_attn.q_proj";
    Map<String, HostTensor> v = new HashMap<>();
    v.put("weight", get(file, module + ".weight"));
    v.put("lora_A", get(file, "base_model.model." + module + ".lora_A.weight"));
    v.put("lora_B", get(file, "base_model.model." + module + ".lora_B.weight"));
    Site site = new Site(module, SiteKind.LINEAR, 64, 64, 0);
    Trace trace = new Trace("merge");
    trace.input("x", DType.F32, 2, 3, 64);
    v.put("x", HostTensor.generate(DType.F32, Shape.of(2, 3, 64), i -> 0));
    Tensor merged =
        adapter(Map.of("alpha", 8)).mergedWeight(new Context(trace, site, DType.F32, false));
    double[] peft = get(file, "merged." + module + ".weight").toDoubles();
    double[] base = get(v, "weight").toDoubles();
    assertThat(distance(run(trace, merged, v), peft)).isLessThan(1e-6);
    assertThat(distance(base, peft)).isGreaterThan(1e-2);
  }

  private static Map<String, HostTensor> safetensors(String name) throws IOException {
    byte[] bytes;
    try (InputStream in = LoraMathsTest.class.getResourceAsStream(name)) {
      bytes = Objects.requireNonNull(in).readAllBytes();
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) file.getLong(0);
    JsonNode json =
        new ObjectMapper().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
    Map<String, HostTensor> out = new HashMap<>();
    json.properties()
        .forEach(
            e -> {
              List<Integer> shape = new ArrayList<>();
              e.getValue().get("shape").forEach(d -> shape.add(d.intValue()));
              int start = 8 + header + e.getValue().get("data_offsets").get(0).intValue();
              out.put(
                  e.getKey(),
                  HostTensor.generate(
                      DType.F32, Shape.of(shape), i -> file.getFloat(start + 4 * (int) i)));
            });
    return out;
  }
}
