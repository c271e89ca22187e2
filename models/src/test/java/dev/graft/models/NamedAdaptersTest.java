package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several adapters on one model, on every backend. */
class NamedAdaptersTest {
  private final Fixture fixture = new Fixture();

  @TempDir private Path temporary;

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  /** A VeRA with random values, whose matrices are shared. */
  private SavedAdapter vera() {
    Adapter adapter =
        TestBackend.adapter(Map.of("peft_type", "VERA", "r", 6, "target_modules", "all-linear"))
            .orElseThrow();
    AdapterBinding binding = AdapterBinding.bind(adapter, fixture.model().sites());
    Map<String, HostTensor> values = new HashMap<>();
    for (BoundParameter p : binding.parameters()) {
      long at = Noise.site(p.variable());
      values.put(
          p.variable(),
          HostTensor.generate(
              DType.F32, p.spec().shape(), i -> 0.3 * Noise.normal(4, 0, 0, at, i)));
    }
    binding.shared().forEach(s -> values.put(s.variable(), s.spec().draw()));
    return new SavedAdapter(binding, values, Map.of());
  }

  private Map<String, SavedAdapter> adapters() {
    Map<String, SavedAdapter> out = new LinkedHashMap<>();
    out.put("one", fixture.adapter("lora").bind(fixture.model()));
    out.put("two", fixture.adapter("dora").bind(fixture.model()));
    out.put("three", vera());
    return out;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void oneOfWeightOneIsThatOneAlone(String name) {
    try (Backend backend = TestBackend.open(name)) {
      GraphCompiler compiler = TestBackend.compiler(backend);
      fixture.folder.weights().load(backend, DType.F32);
      HostTensor base = fixture.logits(backend, fixture.folder, Optional.empty());
      NamedAdapters all = NamedAdapters.of(fixture.model(), adapters());
      all.saved().load(fixture.model(), DType.F32, backend, compiler);
      Map<String, HostTensor> switched = new HashMap<>();
      for (String one : all.names()) { // loaded once, switched by name
        AdapterBinding only = all.weighted(Map.of(one, 1.0)).binding();
        switched.put(one, fixture.logits(backend, fixture.folder, Optional.of(only)));
      }
      adapters()
          .forEach(
              (one, saved) -> {
                saved.load(fixture.model(), DType.F32, backend, compiler);
                HostTensor alone =
                    fixture.logits(backend, fixture.folder, Optional.of(saved.binding()));
                assertThat(Objects.requireNonNull(switched.get(one)).toFloats())
                    .as(one)
                    .isEqualTo(alone.toFloats());
                assertThat(alone.toFloats()).isNotEqualTo(base.toFloats());
              });
      AdapterBinding none = all.weighted(Map.of()).binding();
      assertThat(fixture.logits(backend, fixture.folder, Optional.of(none)).toFloats())
          .isEqualTo(base.toFloats());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void weightedChangesAreAddedAndMerge(String name) {
    SavedAdapter mixed =
        NamedAdapters.of(fixture.model(), adapters())
            .weighted(Map.of("one", 0.7, "two", 0.5, "three", -0.4));
    try (Backend backend = TestBackend.open(name)) {
      GraphCompiler compiler = TestBackend.compiler(backend);
      Path target = temporary.resolve("merged");
      Merge.write(fixture.folder, mixed, target, DType.F32, compiler);
      ModelFolder folder = ModelFolder.open(target);
      folder.weights().load(backend, DType.F32);
      HostTensor merged = fixture.logits(backend, folder, Optional.empty());
      fixture.folder.weights().load(backend, DType.F32);
      mixed.load(fixture.model(), DType.F32, backend, compiler);
      HostTensor adapted = fixture.logits(backend, fixture.folder, Optional.of(mixed.binding()));
      Fixture.assertClose(merged, adapted, 1e-5, "merged logits");

      // The merged weights are W + Σ weight·(Wᵢ − W), from merges of each alone.
      Map<String, Double> weights = Map.of("one", 0.7, "two", 0.5, "three", -0.4);
      String weight = "model.layers.0.self_attn.q_proj.weight";
      HostTensor base = fixture.folder.weights().tensor(weight);
      double[] expected = base.toDoubles();
      adapters()
          .forEach(
              (one, saved) -> {
                Path alone = temporary.resolve(one);
                Merge.write(fixture.folder, saved, alone, DType.F32, compiler);
                HostTensor value = ModelFolder.open(alone).weights().tensor(weight);
                for (int i = 0; i < expected.length; i++) {
                  expected[i] += weights.getOrDefault(one, 0.0) * (value.get(i) - base.get(i));
                }
              });
      Fixture.assertClose(
          folder.weights().tensor(weight),
          HostTensor.generate(DType.F32, base.shape(), i -> expected[(int) i]),
          1e-6,
          weight);
    }
  }

  @Test
  void namesAreChecked() {
    NamedAdapters all = NamedAdapters.of(fixture.model(), adapters());
    assertThatThrownBy(() -> all.weighted(Map.of("tow", 1.0)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
        .hasMessageContaining("Did you mean 'two'?");
    assertThatThrownBy(() -> all.weighted(Map.of("two", Double.NaN)))
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> NamedAdapters.of(fixture.model(), Map.of()))
        .hasMessageContaining("at least one");
    SavedAdapter mixed = all.saved();
    assertThatThrownBy(
            () ->
                AdapterFolder.write(
                    temporary.resolve("a"), mixed.binding(), mixed.parameters(), "tiny"))
        .hasMessageContaining("expected one adapter to save, received 3");
    assertThat(temporary.toFile().list()).isEmpty();
  }
}
