package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFolderTest {
  private static final String Q = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

  private final Fixture fixture = new Fixture();

  @TempDir private Path folder;

  private Map<String, HostTensor> tensors(String name) {
    Map<String, HostTensor> out = new TreeMap<>();
    Safetensors saved =
        Safetensors.open(Fixture.FOLDER.resolve(name).resolve("adapter_model.safetensors"));
    saved.names().forEach(n -> out.put(n, saved.tensor(n)));
    return out;
  }

  /** A copy of a fixture's folder with other tensors, and a key of its configuration replaced. */
  private AdapterFolder copy(String name, Map<String, HostTensor> tensors, String... change) {
    ObjectNode config = Json.object(Fixture.FOLDER.resolve(name).resolve("adapter_config.json"));
    if (change.length > 0) {
      String json = "{\"value\":" + change[1].replace('\'', '"') + "}";
      config.set(change[0], Json.object(folder, json).path("value"));
    }
    AtomicFile.writeString(folder.resolve("adapter_config.json"), Json.pretty(config));
    SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors);
    return AdapterFolder.read(folder, TestBackend.adapters());
  }

  private static void refused(Runnable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
            });
  }

  private void unbound(AdapterFolder adapter, ErrorCode code, String... parts) {
    refused(() -> adapter.bind(fixture.model()), code, parts);
  }

  @Test
  void aFolderSaysWhatItIs() {
    AdapterFolder adapter =
        copy("lora", tensors("lora"), "base_model_name_or_path", "'some/model'");
    assertThat(adapter.type()).isEqualTo("lora");
    assertThat(adapter.path()).isEqualTo(folder);
    assertThat(adapter.baseModel()).contains("some/model");
    assertThat(fixture.adapter("lora").baseModel()).isEmpty();
    SavedAdapter bound = adapter.bind(fixture.model());
    assertThat(bound.binding().sites()).hasSize(4);
    assertThat(bound.parameters())
        .hasSize(8)
        .containsKey("adapter.model.layers.1.self_attn.v_proj.lora_B");
    assertThat(bound.replacedWeights()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "lora_all", "lora_pattern", "rslora", "dora", "dora_all"})
  void writingGivesPeftsNamesShapesAndValues(String name) {
    SavedAdapter saved = fixture.adapter(name).bind(fixture.model());
    Path out = folder.resolve("deep/out");
    AdapterFolder.write(out, saved.binding(), saved.parameters(), "base");
    assertThat(out.toFile().list())
        .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
    Map<String, HostTensor> expected = tensors(name);
    Safetensors written = Safetensors.open(out.resolve("adapter_model.safetensors"));
    assertThat(List.copyOf(written.names())).isEqualTo(List.copyOf(expected.keySet()));
    assertThat(written.metadata()).isEqualTo(Map.of("format", "pt"));
    expected.forEach(
        (n, t) -> {
          assertThat(written.tensor(n).type()).isEqualTo(t.type());
          assertThat(written.tensor(n).toFloats()).isEqualTo(t.toFloats());
        });
    ObjectNode config = Json.object(out.resolve("adapter_config.json"));
    ObjectNode peft = Json.object(Fixture.FOLDER.resolve(name).resolve("adapter_config.json"));
    List<String> fields =
        List.of(
            "base_model_name_or_path",
            "bias",
            "fan_in_fan_out",
            "inference_mode",
            "lora_alpha",
            "lora_dropout",
            "peft_type",
            "r",
            "target_modules",
            "task_type",
            "use_dora",
            "use_rslora");
    List<String> names = config.properties().stream().map(Map.Entry::getKey).toList();
    assertThat(names).containsAll(fields);
    assertThat(names)
        .isSubsetOf(
            java.util.stream.Stream.concat(
                    fields.stream(), List.of("rank_pattern", "alpha_pattern").stream())
                .toList());
    for (String field : names) {
      if (!field.equals("base_model_name_or_path")) {
        assertThat(config.path(field).asText()).isEqualTo(peft.path(field).asText());
      }
    }
    assertThat(config.has("rank_pattern")).isEqualTo(name.equals("lora_pattern"));
    assertThat(AdapterFolder.read(out, TestBackend.adapters()).bind(fixture.model()).parameters())
        .hasSameSizeAs(saved.parameters());
  }

  @Test
  void writingNeedsEveryParameter() {
    SavedAdapter saved = fixture.adapter("lora").bind(fixture.model());
    Map<String, HostTensor> values = new HashMap<>(saved.parameters());
    String variable = saved.binding().parameters().get(0).variable();
    values.remove(variable);
    refused(
        () -> AdapterFolder.write(folder, saved.binding(), values, "base"),
        ErrorCode.ADAPTER_TENSORS,
        variable,
        "received nothing");
    values.put(variable, HostTensor.scalar(1));
    refused(
        () -> AdapterFolder.write(folder, saved.binding(), values, "base"),
        ErrorCode.ADAPTER_TENSORS,
        variable,
        "received f32[]");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aNameMayEndWithWeightOrNot() {
    Map<String, HostTensor> tensors = tensors("lora_embed");
    String bare = "base_model.model.model.embed_tokens.lora_embedding_A";
    HostTensor value = tensors.remove(bare);
    assertThat(value).isNotNull();
    tensors.put(bare + ".weight", value);
    assertThat(copy("lora_embed", tensors).bind(fixture.model()).parameters())
        .containsKey("adapter.model.embed_tokens.lora_embedding_A");
  }

  @Test
  void halfPrecisionTensorsAreRead() {
    Map<String, HostTensor> tensors = tensors("lora");
    tensors.replaceAll((n, t) -> t.cast(DType.BF16));
    SavedAdapter saved = copy("lora", tensors).bind(fixture.model());
    try (var backend = TestBackend.open("reference")) {
      saved.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
      assertThat(backend.read("adapter.model.layers.0.self_attn.q_proj.lora_A").dtype())
          .isEqualTo(DType.F32);
    }
  }

  /** The fixture's model with one weight replaced, stored in a dtype. */
  private ModelFolder base(DType dtype, String name, double factor) throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>();
    Weights of = fixture.folder.weights();
    for (WeightSpec w : fixture.model().weights()) {
      HostTensor value = of.tensor(w.name());
      double by = w.name().equals(name) ? factor : 1;
      HostTensor scaled = HostTensor.generate(DType.F32, value.shape(), i -> by * value.get(i));
      weights.put(w.name(), scaled.cast(dtype));
    }
    Path to = folder.resolve("base-" + dtype + factor);
    Files.createDirectories(to);
    Files.copy(fixture.folder.path().resolve("config.json"), to.resolve("config.json"));
    SafetensorsWriter.write(to.resolve("model.safetensors"), weights);
    return ModelFolder.open(to);
  }

  @Test
  void anotherBaseModelOfTheSameShapesIsRefused() throws IOException {
    SavedAdapter saved = fixture.adapter("lora").bind(fixture.folder);
    Path out = folder.resolve("adapter");
    AdapterFolder.write(
        out,
        saved.binding(),
        saved.parameters(),
        Map.of(),
        "the/base",
        Optional.of(fixture.folder.weights()));
    AdapterFolder adapter = AdapterFolder.read(out, TestBackend.adapters());
    assertThat(adapter.bind(fixture.folder).parameters()).hasSameSizeAs(saved.parameters());
    String weight = "model.layers.0.self_attn.q_proj.weight";
    // The same model in another precision.
    for (DType dtype : List.of(DType.F16, DType.BF16)) {
      assertThat(adapter.bind(base(dtype, weight, 1)).parameters()).isNotEmpty();
    }
    ModelFolder other = base(DType.F32, weight, 1.02);
    refused(
        () -> adapter.bind(other),
        ErrorCode.ADAPTER_BASE_MODEL,
        "adapter_model.safetensors",
        "'the/base'",
        "1 of the",
        weight);
    // A weight that the adapter does not change may differ.
    assertThat(adapter.bind(base(DType.F32, "model.norm.weight", 3)).parameters()).isNotEmpty();
  }

  @Test
  void everyProblemIsListed() {
    Map<String, HostTensor> tensors = tensors("lora");
    tensors.remove(Q);
    tensors.put("base_model.model.model.layers.7.mlp.up_proj.lora_A.weight", HostTensor.scalar(1));
    tensors.put(Q.replace("lora_A", "lora_B"), HostTensor.ofFloats(Shape.of(2), 1, 2));
    unbound(
        copy("lora", tensors),
        ErrorCode.ADAPTER_TENSORS,
        "adapter_model.safetensors",
        "1 missing: " + Q,
        "1 unexpected: base_model.model.model.layers.7.mlp.up_proj.lora_A.weight",
        "1 of another shape: " + Q.replace("lora_A", "lora_B"),
        "(expected floating [64, 4], received f32[2])");
  }

  @Test
  void integersAreNoParameters() {
    Map<String, HostTensor> tensors = tensors("lora");
    tensors.put(Q, HostTensor.ofLongs(Shape.of(4, 64), new long[256]));
    unbound(copy("lora", tensors), ErrorCode.ADAPTER_TENSORS, Q, "received i64[4, 64]");
  }

  @Test
  void modulesToSaveReplaceWeights() {
    SavedAdapter saved = fixture.adapter("lora_bias_modsave").bind(fixture.model());
    assertThat(saved.replacedWeights().keySet())
        .containsExactlyInAnyOrder(
            "model.norm.weight",
            "model.layers.0.input_layernorm.weight",
            "model.layers.0.post_attention_layernorm.weight",
            "model.layers.1.input_layernorm.weight",
            "model.layers.1.post_attention_layernorm.weight");
    Map<String, HostTensor> tensors = tensors("lora_bias_modsave");
    tensors.remove("base_model.model.model.norm.weight");
    unbound(
        copy("lora_bias_modsave", tensors),
        ErrorCode.ADAPTER_TENSORS,
        "1 missing: base_model.model.model.norm.weight");
    tensors.put("base_model.model.model.norm.weight", HostTensor.scalar(1));
    unbound(
        copy("lora_bias_modsave", tensors),
        ErrorCode.ADAPTER_TENSORS,
        "1 of another shape: base_model.model.model.norm.weight");
  }

  @Test
  void savedModulesThatTheConfigurationDoesNotNameAreUnexpected() {
    unbound(
        copy("lora_bias_modsave", tensors("lora_bias_modsave"), "modules_to_save", "null"),
        ErrorCode.ADAPTER_TENSORS,
        "5 unexpected");
    refused(
        () ->
            copy("lora_bias_modsave", tensors("lora_bias_modsave"), "modules_to_save", "'norm'")
                .bind(fixture.model()),
        ErrorCode.FILE_MALFORMED,
        "modules_to_save");
  }

  @Test
  void oneSideOfASharedEmbeddingCannotBeReplaced() {
    for (String module : List.of("lm_head", "model.embed_tokens")) {
      Map<String, HostTensor> tensors = tensors("lora");
      tensors.put(
          "base_model.model." + module + ".weight",
          HostTensor.generate(DType.F32, Shape.of(256, 64), i -> 0));
      unbound(
          copy("lora", tensors, "modules_to_save", "['lm_head','embed_tokens']"),
          ErrorCode.ADAPTER_UNSUPPORTED,
          module + ".weight",
          "shared embedding");
    }
  }

  @Test
  void foldersThatAreNoAdapters() throws IOException {
    refused(
        () -> AdapterFolder.read(folder, TestBackend.adapters()),
        ErrorCode.FILE_MISSING,
        "adapter_config.json");
    refused(
        () -> copy("lora", tensors("lora"), "peft_type", "'LOHA'"),
        ErrorCode.ADAPTER_UNSUPPORTED,
        "lora",
        "LOHA");
    refused(
        () -> copy("lora", tensors("lora"), "layer_replication", "[[0,1]]"),
        ErrorCode.ADAPTER_UNSUPPORTED,
        "layer_replication");
    copy("lora", tensors("lora"));
    Files.delete(folder.resolve("adapter_model.safetensors"));
    refused(
        () -> AdapterFolder.read(folder, TestBackend.adapters()),
        ErrorCode.FILE_MISSING,
        "adapter_model.safetensors",
        "adapter_model.bin");
    Files.writeString(folder.resolve("adapter_config.json"), "[");
    refused(
        () -> AdapterFolder.read(folder, TestBackend.adapters()),
        ErrorCode.FILE_MALFORMED,
        "adapter_config.json");
  }

  @Test
  void targetsThatMatchNothing() {
    unbound(
        copy("lora", tensors("lora"), "target_modules", "['q_proj','v_porj']"),
        ErrorCode.TARGETS_UNMATCHED,
        "'v_porj'",
        "Did you mean 'v_proj'",
        "down_proj");
    unbound(
        copy("lora", tensors("lora"), "target_modules", "'.*query'"),
        ErrorCode.TARGETS_UNMATCHED,
        "'.*query'",
        "whole name",
        "q_proj");
    SavedAdapter regex =
        copy("lora", tensors("lora"), "target_modules", "'.*\\\\.(q|v)_proj'")
            .bind(fixture.model());
    assertThat(regex.binding().sites()).hasSize(4);
  }
}
