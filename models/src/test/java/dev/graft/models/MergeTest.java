package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MergeTest {
  private final Fixture fixture = new Fixture();

  @TempDir private Path temporary;

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  /** backend × adapter. */
  static List<List<String>> adapters() {
    List<List<String>> out = new ArrayList<>();
    for (String backend : backends()) {
      for (String adapter :
          List.of("lora", "lora_all", "rslora", "lora_pattern", "dora", "dora_all")) {
        out.add(List.of(backend, adapter));
      }
    }
    return out;
  }

  private HostTensor logits(Backend backend, ModelFolder folder) {
    folder.weights().load(backend, DType.F32);
    return fixture.logits(backend, folder, Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void logitsOfAMergedModelAreThoseOfPeft(List<String> names) {
    SavedAdapter adapter = fixture.adapter(names.get(1)).bind(fixture.model());
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open(names.get(0))) {
      Merge.Report report =
          Merge.write(fixture.folder, adapter, target, DType.F32, TestBackend.compiler(backend));
      assertThat(report).isEqualTo(new Merge.Report(adapter.binding().sites().size(), false));
      Safetensors expected = fixture.adapterValues(names.get(1));
      fixture.assertLogits(
          logits(backend, ModelFolder.open(target)), expected.tensor("logits_merged"), 1e-4);
    }
    assertThat(temporary.toFile().list()).containsExactly("merged");
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void aMergedModelComputesWhatTheAdapterDoes(List<String> names) {
    SavedAdapter adapter = fixture.adapter(names.get(1)).bind(fixture.model());
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open(names.get(0))) {
      GraphCompiler compiler = TestBackend.compiler(backend);
      Merge.write(fixture.folder, adapter, target, DType.F32, compiler);
      HostTensor merged = logits(backend, ModelFolder.open(target));
      fixture.folder.weights().load(backend, DType.F32);
      adapter.load(fixture.model(), DType.F32, backend, compiler);
      HostTensor adapted = fixture.logits(backend, fixture.folder, Optional.of(adapter.binding()));
      Fixture.assertClose(merged, adapted, 1e-5, "merged logits");
      assertThat(merged.toFloats()).isNotEqualTo(logits(backend, fixture.folder).toFloats());
    }
  }

  /** backend × adapter with a merged weight of PEFT's. */
  static List<List<String>> mergedWeights() {
    return adapters().stream().filter(n -> Set.of("lora", "dora").contains(n.get(1))).toList();
  }

  @ParameterizedTest
  @MethodSource("mergedWeights")
  void aMergedWeightIsThatOfPeft(List<String> names) {
    SavedAdapter adapter = fixture.adapter(names.get(1)).bind(fixture.model());
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open(names.get(0))) {
      Merge.write(fixture.folder, adapter, target, DType.F32, TestBackend.compiler(backend));
    }
    Safetensors merged = Safetensors.openFolder(target);
    String q = "model.layers.0.self_attn.q_proj.weight";
    Fixture.assertClose(
        merged.tensor(q), fixture.adapterValues(names.get(1)).tensor("merged." + q), 1e-6, q);
    String k = "model.layers.0.self_attn.k_proj.weight";
    assertThat(merged.tensor(k).toFloats())
        .isEqualTo(fixture.folder.weights().tensor(k).toFloats());
    assertThat(merged.names()).hasSameElementsAs(Safetensors.openFolder(Fixture.FOLDER).names());
  }

  /** PEFT changes the shared weight on both sides; here the model stays what was trained. */
  @Test
  void anEmbeddingThatIsMergedIsUntied() {
    SavedAdapter adapter = fixture.adapter("lora_embed").bind(fixture.model());
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open("reference")) {
      Merge.Report report =
          Merge.write(fixture.folder, adapter, target, DType.F32, TestBackend.compiler(backend));
      assertThat(report).isEqualTo(new Merge.Report(5, true));
      ModelFolder merged = ModelFolder.open(target);
      assertThat(merged.model().config().tiedHead()).isFalse();
      assertThat(merged.model().headWeight()).isEqualTo("lm_head.weight");
      fixture.assertLogits(
          logits(backend, merged), fixture.adapterValues("lora_embed").tensor("logits"), 1e-4);
    }
  }

  @Test
  void modulesToSaveAreInTheMergedModel() {
    SavedAdapter adapter = fixture.adapter("lora_bias_modsave").bind(fixture.model());
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open("reference")) {
      Merge.write(fixture.folder, adapter, target, DType.F32, TestBackend.compiler(backend));
      fixture.assertLogits(
          logits(backend, ModelFolder.open(target)),
          fixture.adapterValues("lora_bias_modsave").tensor("logits"),
          1e-4);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F16", "BF16"})
  void narrowDTypesAreRoundedOnceAndSaidInTheConfiguration(DType dtype) {
    SavedAdapter adapter = fixture.adapter("lora").bind(fixture.model());
    try (Backend backend = TestBackend.open("reference")) {
      GraphCompiler compiler = TestBackend.compiler(backend);
      Merge.write(fixture.folder, adapter, temporary.resolve("wide"), DType.F32, compiler);
      Merge.write(fixture.folder, adapter, temporary.resolve("narrow"), dtype, compiler);
    }
    Safetensors wide = Safetensors.openFolder(temporary.resolve("wide"));
    Safetensors narrow = Safetensors.openFolder(temporary.resolve("narrow"));
    for (String name : wide.names()) {
      assertThat(narrow.dtype(name)).isEqualTo(dtype);
      assertThat(narrow.tensor(name).toFloats())
          .as(name)
          .isEqualTo(wide.tensor(name).cast(dtype).toFloats());
    }
    ObjectNode config = Json.object(temporary.resolve("narrow/config.json"));
    assertThat(config.path("dtype").textValue())
        .isEqualTo(dtype == DType.F16 ? "float16" : "bfloat16");
    assertThat(config.path("vocab_size").intValue()).isEqualTo(256);
  }

  private ModelFolder copyOfTheBase(String name) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve(name));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Fixture.FOLDER.resolve(file), folder.resolve(file));
    }
    return ModelFolder.open(folder);
  }

  @Test
  void theTokenizersFilesComeAlong() throws IOException {
    ModelFolder base = copyOfTheBase("base");
    Files.writeString(base.path().resolve("tokenizer.json"), "{}");
    Files.writeString(base.path().resolve("chat_template.jinja"), "{{ x }}");
    Files.writeString(base.path().resolve("README.md"), "not copied");
    Path target = Files.createDirectory(temporary.resolve("merged"));
    try (Backend backend = TestBackend.open("reference")) {
      SavedAdapter adapter = fixture.adapter("lora").bind(base.model());
      Merge.write(base, adapter, target, DType.F32, TestBackend.compiler(backend));
    }
    assertThat(target.toFile().list())
        .containsExactlyInAnyOrder(
            "config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja");
    assertThat(target.resolve("chat_template.jinja")).hasContent("{{ x }}");
  }

  private void refused(
      Path target, DType dtype, SavedAdapter adapter, ErrorCode code, String part) {
    try (Backend backend = TestBackend.open("reference")) {
      assertThatThrownBy(
              () ->
                  Merge.write(
                      fixture.folder, adapter, target, dtype, TestBackend.compiler(backend)))
          .isInstanceOfSatisfying(
              GraftException.class,
              e -> {
                assertThat(e.code()).isEqualTo(code);
                assertThat(e.getMessage()).contains(part);
              });
    }
  }

  @Test
  void aTargetThatIsTakenIsLeftAlone() throws IOException {
    Path target = Files.createDirectory(temporary.resolve("taken"));
    Files.writeString(target.resolve("mine"), "mine");
    SavedAdapter adapter = fixture.adapter("lora").bind(fixture.model());
    refused(target, DType.F32, adapter, ErrorCode.USAGE, "there already");
    refused(target.resolve("mine"), DType.F32, adapter, ErrorCode.USAGE, "there already");
    refused(temporary.resolve("new"), DType.I64, adapter, ErrorCode.USAGE, "received i64");
    assertThat(target.toFile().list()).containsExactly("mine");
    assertThat(temporary.toFile().list()).containsExactly("taken");
  }

  @Test
  void valuesThatF16CannotHoldAreRefusedAndNothingIsLeft() {
    SavedAdapter adapter = fixture.adapter("lora").bind(fixture.model());
    Map<String, HostTensor> huge = new HashMap<>(adapter.parameters());
    huge.replaceAll((n, t) -> HostTensor.generate(DType.F32, t.shape(), i -> 1e4));
    refused(
        temporary.resolve("merged"),
        DType.F16,
        new SavedAdapter(adapter.binding(), huge, Map.of()),
        ErrorCode.MODEL_WEIGHTS,
        "65504");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void whatAKilledMergeLeftIsRemoved() throws IOException {
    Path left = Files.createDirectories(temporary.resolve(".merged.tmp/deep"));
    Files.writeString(left.resolve("part"), "part");
    try (Backend backend = TestBackend.open("reference")) {
      SavedAdapter adapter = fixture.adapter("lora").bind(fixture.model());
      Merge.write(
          fixture.folder,
          adapter,
          temporary.resolve("merged"),
          DType.F32,
          TestBackend.compiler(backend));
    }
    assertThat(temporary.toFile().list()).containsExactly("merged");
    assertThat(temporary.resolve("merged").toFile().list())
        .containsExactlyInAnyOrder("config.json", "model.safetensors");
  }

  @Test
  void anAdapterOnTheHeadLeavesTheEmbedding() {
    // A LoRA with B = 0 changes nothing, so only the untying is seen.
    Map<String, Object> saved =
        Map.of("peft_type", "LORA", "r", 2, "lora_alpha", 2, "target_modules", List.of("lm_head"));
    AdapterBinding binding =
        AdapterBinding.bind(TestBackend.adapter(saved).orElseThrow(), fixture.model().sites());
    Map<String, HostTensor> values = new HashMap<>();
    for (BoundParameter p : binding.parameters()) {
      double value = p.spec().name().equals("lora_B") ? 0 : 1;
      values.put(p.variable(), HostTensor.generate(DType.F32, p.spec().shape(), i -> value));
    }
    try (Backend backend = TestBackend.open("reference")) {
      Merge.Report report =
          Merge.write(
              fixture.folder,
              new SavedAdapter(binding, values, Map.of()),
              temporary.resolve("merged"),
              DType.F32,
              TestBackend.compiler(backend));
      assertThat(report).isEqualTo(new Merge.Report(1, true));
    }
    Safetensors merged = Safetensors.openFolder(temporary.resolve("merged"));
    assertThat(merged.shape("lm_head.weight")).isEqualTo(Shape.of(256, 64));
    assertThat(merged.tensor("lm_head.weight").toFloats())
        .isEqualTo(merged.tensor("model.embed_tokens.weight").toFloats());
  }
}
