package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Gradients;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Constants on every backend; those of DoRA are the squared norms of a weight's outputs. */
class AdapterConstantsTest {
  private final Fixture fixture = new Fixture();

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  /** Embedding, head and linear layers, so that the shared weight is read from both sides. */
  private AdapterBinding dora() {
    Map<String, Object> saved =
        Map.of("peft_type", "LORA", "use_dora", true, "r", 2, "target_modules", ".*");
    return AdapterBinding.bind(TestBackend.adapter(saved).orElseThrow(), fixture.model().sites());
  }

  private void load(AdapterBinding binding, DType dtype, Set<String> trainable, Backend backend) {
    AdapterConstants.load(
        binding, fixture.model(), dtype, trainable, backend, TestBackend.compiler(backend));
  }

  private static double square(HostTensor weight, boolean columns, int at) {
    int width = weight.shape().dim(1);
    double sum = 0;
    for (int i = 0; i < (columns ? weight.shape().dim(0) : width); i++) {
      double w = weight.get(columns ? (long) i * width + at : (long) at * width + i);
      sum += w * w;
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void followFromTheWeightsThatTheBackendHolds(String name) {
    AdapterBinding binding = dora();
    assertThat(binding.sites()).hasSize(2 * 7 + 2);
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      try (Backend backend = TestBackend.open(name)) {
        fixture.folder.weights().load(backend, dtype);
        load(binding, dtype, Set.of(), backend);
        for (Site site : binding.sites()) {
          HostTensor weight = backend.read(fixture.model().weight(site));
          assertThat(weight.dtype()).isEqualTo(dtype);
          BoundConstant constant = binding.constants(site).get(0);
          HostTensor value = backend.read(constant.variable());
          assertThat(value.type()).isEqualTo(constant.type());
          for (int o = 0; o < site.out(); o++) {
            double expected = square(weight, site.kind() == SiteKind.EMBEDDING, o);
            assertThat(value.get(o)).as(site.name()).isCloseTo(expected, within(1e-6 * expected));
          }
        }
      }
    }
  }

  /** Logits, and the gradient of a norm that the adapter does not change. */
  private Map<String, HostTensor> run(
      Backend backend, AdapterBinding binding, Set<String> weights) {
    Trace trace = new Trace("logits");
    CausalLm model = fixture.model();
    ForwardPass pass =
        ForwardPass.of(trace, model, DType.F32).adapter(binding).trainable(weights).build();
    Tensor ids = trace.input("ids", fixture.ids.type());
    Tensor positions = trace.input("positions", fixture.positions.type());
    Tensor bias = AttentionBias.causal(trace, fixture.length, DType.F32);
    Tensor logits = pass.logits(model.hidden(pass, ids, positions, bias));
    trace.output("logits", logits);
    Tensor norm = pass.weight("model.norm.weight");
    trace.output("gradient", Gradients.of(logits.square().sum(), List.of(norm)).get(0));
    return new HashMap<>(
        TestBackend.run(backend, trace, Map.of("ids", fixture.ids, "positions", fixture.positions))
            .values());
  }

  private void writeParameters(Backend backend, AdapterBinding binding) {
    for (BoundParameter p : binding.parameters()) {
      int salt = p.variable().hashCode() % 100;
      backend.write(
          p.variable(),
          HostTensor.generate(DType.F32, p.spec().shape(), i -> Math.sin((double) i + salt)),
          DType.F32);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void areTracedWhereTheWeightIsTrained(String name) {
    AdapterBinding binding = dora();
    Set<String> all = new TreeSet<>();
    fixture.model().weights().forEach(w -> all.add(w.name()));
    try (Backend frozen = TestBackend.open(name);
        Backend trained = TestBackend.open(name)) {
      fixture.folder.weights().load(frozen, DType.F32);
      load(binding, DType.F32, Set.of(), frozen);
      fixture.folder.weights().load(trained, DType.F32, all);
      load(binding, DType.F32, all, trained);
      String variable = binding.constants(binding.sites().get(0)).get(0).variable();
      assertThatThrownBy(() -> trained.read(variable)).isInstanceOf(GraftException.class);
      writeParameters(frozen, binding);
      writeParameters(trained, binding);
      Map<String, HostTensor> expected = run(frozen, binding, Set.of());
      Map<String, HostTensor> found = run(trained, binding, all);
      expected.forEach(
          (k, t) -> Fixture.assertClose(found.getOrDefault(k, t.cast(DType.F32)), t, 1e-5, k));
      assertThat(found).containsOnlyKeys(expected.keySet());
    }
  }

  /** An engine that expands the norm does not read them; this one fuses it and does. */
  @Test
  void aPassWithoutThemIsRefused() {
    try (Backend backend = TestBackend.open("djl-pytorch")) {
      AdapterBinding binding = dora();
      fixture.folder.weights().load(backend, DType.F32);
      writeParameters(backend, binding);
      assertThatThrownBy(() -> run(backend, binding, Set.of()))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_VARIABLE))
          .hasMessageContaining("constant.model.");
    }
  }

  @Test
  void anAdapterWithoutConstantsNeedsNoGraph() {
    AdapterBinding lora = fixture.adapter("lora").bind(fixture.model()).binding();
    assertThat(lora.constants(lora.sites().get(0))).isEmpty();
    try (Backend backend = TestBackend.open("reference")) {
      AdapterConstants.load(
          lora,
          fixture.model(),
          DType.F32,
          Set.of(),
          backend,
          graph -> {
            throw new AssertionError(graph);
          });
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void excludedModulesHaveNone(String name) {
    Map<String, Object> saved =
        Map.of(
            "peft_type",
            "LORA",
            "use_dora",
            true,
            "target_modules",
            "all-linear",
            "exclude_modules",
            List.of("k_proj", "down_proj"));
    AdapterBinding binding =
        AdapterBinding.bind(TestBackend.adapter(saved).orElseThrow(), fixture.model().sites());
    assertThat(binding.sites()).hasSize(2 * 5);
    try (Backend backend = TestBackend.open(name)) {
      fixture.folder.weights().load(backend, DType.F32);
      load(binding, DType.F32, Set.of(), backend);
      assertThatThrownBy(() -> backend.read("constant.model.layers.0.self_attn.k_proj.squares"))
          .isInstanceOf(GraftException.class);
      assertThat(backend.read("constant.model.layers.0.self_attn.q_proj.squares").shape().dim(0))
          .isEqualTo(64);
    }
  }

  @Test
  void blocksThatTheModelDoesNotHave() {
    Map<String, Object> saved =
        Map.of(
            "peft_type",
            "LORA",
            "use_dora",
            true,
            "target_modules",
            List.of("q_proj"),
            "layers_to_transform",
            List.of(1, 2));
    assertThatThrownBy(
            () ->
                AdapterBinding.bind(
                    TestBackend.adapter(saved).orElseThrow(), fixture.model().sites()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGETS_UNMATCHED))
        .hasMessageContaining("layers_to_transform")
        .hasMessageContaining("0 to 1")
        .hasMessageContaining("received 2");
  }

  @Test
  void excludedNamesThatNoModuleHas() {
    Map<String, Object> saved =
        Map.of(
            "peft_type",
            "LORA",
            "use_dora",
            true,
            "target_modules",
            "all-linear",
            "exclude_modules",
            List.of("kproj"));
    assertThatThrownBy(
            () ->
                AdapterBinding.bind(
                    TestBackend.adapter(saved).orElseThrow(), fixture.model().sites()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGETS_UNMATCHED))
        .hasMessageContaining("exclude_modules")
        .hasMessageContaining("Did you mean 'k_proj'?");
  }
}
