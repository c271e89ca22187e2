package dev.graft.adapters.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapters.lora.LoraConfig.Init;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import dev.graft.testkit.AdapterHarness;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SplitLoraTest {
  private static final Site SITE =
      new Site("model.layers.0.self_attn.q_proj", SiteKind.LINEAR, 6, 5, 0);

  private final LoraProvider provider = new LoraProvider();

  private LoraConfig config(Map<String, ?> block) {
    return ConfigBinder.bind(block, LoraConfig.class, "adapter");
  }

  private static double[] run(Trace trace, Map<String, HostTensor> values) {
    try (Backend backend = new ReferenceProvider().open(new ReferenceConfig());
        Executable executable = Expansion.compile(backend, trace.build())) {
      return Objects.requireNonNull(executable.run(values).get("out")).toDoubles();
    }
  }

  private static double[] forward(Adapter adapter, Map<String, HostTensor> values) {
    Trace trace = new Trace("forward");
    AdapterHarness at = new AdapterHarness(trace, adapter, SITE, Shape.of(3), DType.F32, false);
    trace.output("out", adapter.forward(at));
    return run(trace, values);
  }

  private static double[] merged(Adapter adapter, Map<String, HostTensor> values) {
    Trace trace = new Trace("merged");
    AdapterHarness at = new AdapterHarness(trace, adapter, SITE, Shape.of(3), DType.F32, false);
    trace.output("out", adapter.mergedWeight(at));
    return run(trace, values);
  }

  private static Map<String, HostTensor> values(Adapter adapter) {
    AdapterHarness at =
        new AdapterHarness(new Trace("values"), adapter, SITE, Shape.of(3), DType.F32, false);
    return at.values(3, AdapterHarness.Parameters.RANDOM);
  }

  /** W·x + bias + s·(B·A − B₀·A₀)·x, by loops in double precision; outputs are f32. */
  @ParameterizedTest
  @EnumSource(
      value = Init.class,
      names = {"PISSA", "OLORA"})
  void subtractsWhatItStartedFrom(Init init) {
    Adapter adapter =
        provider.create(config(Map.of("r", 2, "alpha", 3, "init", ConfigBinder.word(init))));
    Map<String, HostTensor> v = values(adapter);
    double[] w = weight(v, 1.5);
    double[] x = get(v, "x");
    double[] bias = get(v, "bias");
    double[] expected = new double[15];
    for (int t = 0; t < 3; t++) {
      for (int o = 0; o < 5; o++) {
        expected[t * 5 + o] = bias[o];
        for (int i = 0; i < 6; i++) {
          expected[t * 5 + o] += w[o * 6 + i] * x[t * 6 + i];
        }
      }
    }
    assertThat(forward(adapter, v)).containsExactly(expected, within(1e-6));
    assertThat(merged(adapter, v)).containsExactly(w, within(1e-6));
  }

  private static double[] get(Map<String, HostTensor> v, String name) {
    return Objects.requireNonNull(v.get(name)).toDoubles();
  }

  private static double[] weight(Map<String, HostTensor> v, double s) {
    double[] w = get(v, "weight").clone();
    for (String suffix : new String[] {"", "0"}) {
      double[] a = get(v, "parameter.lora_A" + suffix);
      double[] b = get(v, "parameter.lora_B" + suffix);
      for (int o = 0; o < 5; o++) {
        for (int i = 0; i < 6; i++) {
          for (int k = 0; k < 2; k++) {
            w[o * 6 + i] += (suffix.isEmpty() ? s : -s) * b[o * 2 + k] * a[k * 6 + i];
          }
        }
      }
    }
    return w;
  }

  /** The saved folder is read as a plain LoRA of twice the rank that computes the same. */
  @ParameterizedTest
  @CsvSource({"standard", "rslora"})
  void isSavedAsAPlainLora(String scaling) {
    LoraConfig config =
        config(
            Map.of(
                "r",
                3,
                "alpha",
                5,
                "init",
                "pissa",
                "scaling",
                scaling,
                "rank_pattern",
                Map.of("q_proj", 2),
                "alpha_pattern",
                Map.of("q_proj", 3)));
    Adapter adapter = provider.create(config);
    Map<String, HostTensor> v = values(adapter);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    adapter
        .parameters(SITE)
        .forEach(
            p -> parameters.put(p.name(), Objects.requireNonNull(v.get("parameter." + p.name()))));
    LoraConfig read = provider.fromSaved(adapter.savedConfig()).orElseThrow();
    assertThat(read.r()).isEqualTo(6);
    assertThat(read.init()).isEqualTo(Init.KAIMING);
    assertThat(read.scale(SITE.name())).isCloseTo(config.scale(SITE.name()), within(1e-12));
    Adapter plain = provider.create(read);
    Map<String, HostTensor> saved = new LinkedHashMap<>(v);
    adapter
        .savedTensors(SITE, parameters)
        .forEach((name, value) -> saved.put("parameter." + name.replace(".weight", ""), value));
    for (ParameterSpec p : plain.parameters(SITE)) {
      assertThat(Objects.requireNonNull(saved.get("parameter." + p.name())).shape())
          .isEqualTo(p.shape());
    }
    saved.keySet().removeIf(name -> name.endsWith("0"));
    // Differences are rounded to f32 when they are saved.
    assertThat(forward(plain, saved)).containsExactly(forward(adapter, v), within(1e-6));
    assertThat(merged(plain, saved)).containsExactly(merged(adapter, v), within(1e-6));
  }

  @Test
  void trainsAAndBAlone() {
    Adapter adapter =
        provider.create(config(Map.of("init", "olora", "r", 2, "loraplus_lr_ratio", 4)));
    assertThat(adapter.parameters(SITE))
        .extracting(ParameterSpec::learningRateFactor)
        .containsExactly(1.0, 4.0, 0.0, 0.0);
  }

  @Test
  void refusesWhatHasNoSuchPart() {
    assertThatThrownBy(() -> config(Map.of("init", "pissa", "dropout", 0.1)))
        .hasMessageContaining("dropout 0 with init pissa or olora");
    Adapter adapter = provider.create(config(Map.of("init", "pissa")));
    Site embedding = new Site("model.embed_tokens", SiteKind.EMBEDDING, 50, 60, -1);
    for (Site site : new Site[] {SITE, embedding}) {
      assertThatThrownBy(() -> adapter.parameters(site))
          .isInstanceOfSatisfying(
              GraftException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
          .hasMessageContaining(site.name())
          .hasMessageContaining("r = 8");
    }
  }
}
