package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.Site;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors that all sites share, on every backend; VeRA's are two random matrices. */
class SharedTensorsTest {
  private final Fixture fixture = new Fixture();

  @TempDir private Path temporary;

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  private AdapterBinding vera() {
    Map<String, Object> saved = Map.of("peft_type", "VERA", "r", 6, "target_modules", "all-linear");
    Adapter adapter = TestBackend.adapter(saved).orElseThrow();
    return AdapterBinding.bind(adapter, fixture.model().sites());
  }

  private static HostTensor noise(String name, HostTensor like) {
    long at = Noise.site(name);
    return HostTensor.generate(DType.F32, like.shape(), i -> 0.3 * Noise.normal(4, 0, 0, at, i));
  }

  /** Random parameters, and shared tensors that are not those that would be drawn. */
  private static Map<String, HostTensor> values(AdapterBinding binding) {
    Map<String, HostTensor> out = new HashMap<>();
    for (BoundParameter p : binding.parameters()) {
      HostTensor zeros = HostTensor.generate(DType.F32, p.spec().shape(), i -> 0);
      out.put(p.variable(), noise(p.variable(), zeros));
    }
    for (BoundShared s : binding.shared()) {
      out.put(s.variable(), noise(s.variable(), s.spec().draw()));
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aFoldersOwnAreUsedInForwardAndMerge(String name) {
    AdapterBinding binding = vera();
    Map<String, HostTensor> values = values(binding);
    AdapterFolder.write(temporary.resolve("adapter"), binding, values, "tiny");
    SavedAdapter saved =
        AdapterFolder.read(temporary.resolve("adapter"), TestBackend.adapters())
            .bind(fixture.model());
    assertThat(saved.parameters().keySet()).isEqualTo(values.keySet());
    try (Backend backend = TestBackend.open(name)) {
      GraphCompiler compiler = TestBackend.compiler(backend);
      Path target = temporary.resolve("merged");
      Merge.write(fixture.folder, saved, target, DType.F32, compiler);
      ModelFolder folder = ModelFolder.open(target);
      folder.weights().load(backend, DType.F32);
      HostTensor merged = fixture.logits(backend, folder, Optional.empty());
      fixture.folder.weights().load(backend, DType.F32);
      HostTensor base = fixture.logits(backend, fixture.folder, Optional.empty());
      saved.load(fixture.model(), DType.F32, backend, compiler);
      for (BoundShared s : binding.shared()) {
        assertThat(backend.read(s.variable()).toFloats())
            .isEqualTo(Objects.requireNonNull(values.get(s.variable())).toFloats());
      }
      HostTensor adapted = fixture.logits(backend, fixture.folder, Optional.of(saved.binding()));
      Fixture.assertClose(merged, adapted, 1e-5, "merged logits");
      assertThat(adapted.toFloats()).isNotEqualTo(base.toFloats());
    }
  }

  @Test
  void aNewAdaptersAreDrawnAndSaved() {
    AdapterBinding binding = vera();
    Map<String, HostTensor> values = values(binding);
    binding.shared().forEach(s -> values.remove(s.variable()));
    AdapterFolder.write(temporary.resolve("adapter"), binding, values, "tiny");
    Safetensors file =
        Safetensors.open(temporary.resolve("adapter").resolve("adapter_model.safetensors"));
    int widest = binding.sites().stream().mapToInt(Site::in).max().orElseThrow();
    assertThat(file.tensor("base_model.vera_A").shape().toArray()).containsExactly(6, widest);
    assertThat(file.tensor("base_model.vera_B").toFloats())
        .isEqualTo(binding.shared().get(1).spec().draw().toFloats());
  }

  @Test
  void aFolderThatLacksThemIsRefused() {
    Path folder = temporary.resolve("adapter");
    AdapterFolder.write(folder, vera(), values(vera()), "tiny");
    Path file = folder.resolve("adapter_model.safetensors");
    Safetensors tensors = Safetensors.open(file);
    Map<String, HostTensor> rest = new HashMap<>();
    tensors.names().stream()
        .filter(n -> !n.equals("base_model.vera_B"))
        .forEach(n -> rest.put(n, tensors.tensor(n)));
    SafetensorsWriter.write(file, rest);
    AdapterFolder read = AdapterFolder.read(folder, TestBackend.adapters());
    assertThatThrownBy(() -> read.bind(fixture.model()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_TENSORS))
        .hasMessageContaining("1 missing: base_model.vera_B");
  }
}
