package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
  @TempDir private Path folder;

  private final Map<String, HostTensor> tensors = new HashMap<>();

  @BeforeEach
  void read() throws IOException {
    Safetensors all = Safetensors.openFolder(Fixture.FOLDER);
    all.names().forEach(n -> tensors.put(n, all.tensor(n)));
    Files.copy(Fixture.FOLDER.resolve("config.json"), folder.resolve("config.json"));
  }

  private ModelFolder open() {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors);
    return ModelFolder.open(folder);
  }

  private static void refused(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
            });
  }

  @Test
  void everyProblemIsListed() {
    tensors.remove("model.norm.weight");
    tensors.remove("model.layers.0.mlp.up_proj.weight");
    tensors.put("model.layers.2.mlp.up_proj.weight", HostTensor.scalar(1));
    tensors.put("model.layers.0.input_layernorm.weight", HostTensor.ofFloats(Shape.of(1), 1));
    refused(
        this::open,
        ErrorCode.MODEL_WEIGHTS,
        "model.safetensors",
        "2 missing: model.layers.0.mlp.up_proj.weight, model.norm.weight",
        "1 unexpected: model.layers.2.mlp.up_proj.weight",
        "1 of another shape: model.layers.0.input_layernorm.weight (expected [64], received [1])");
  }

  @Test
  void longListsAreCut() {
    tensors.clear();
    tensors.put("model.norm.weight", HostTensor.ofFloats(Shape.of(64), new float[64]));
    refused(this::open, ErrorCode.MODEL_WEIGHTS, "19 missing", "and 7 more");
  }

  @Test
  void whatIsComputedOrSharedMayBeThere() {
    tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", HostTensor.scalar(1));
    tensors.put("lm_head.weight", HostTensor.scalar(1));
    assertThat(open().weights().tensor("model.norm.weight").shape()).isEqualTo(Shape.of(64));
  }

  @Test
  void integersAreNoWeights() {
    tensors.put("model.norm.weight", HostTensor.ofLongs(Shape.of(64), new long[64]));
    refused(
        this::open,
        ErrorCode.MODEL_UNSUPPORTED,
        "received integers: model.norm.weight",
        "unquantized");
  }

  @Test
  void weightsInMemoryAreCheckedToo() {
    CausalLm model = open().model();
    Weights weights = Weights.of(model, tensors);
    assertThat(weights.model()).isSameAs(model);
    refused(() -> weights.tensor("x"), ErrorCode.MODEL_WEIGHTS, "'x'");
    refused(() -> Weights.of(model, Map.of()), ErrorCode.MODEL_WEIGHTS, "in memory", "20 missing");
  }

  @Test
  void replacing() {
    Weights weights = open().weights();
    HostTensor ones = HostTensor.generate(DType.F32, Shape.of(64), i -> 1);
    Weights replaced = weights.replacing(Map.of("model.norm.weight", ones));
    assertThat(replaced.tensor("model.norm.weight")).isSameAs(ones);
    assertThat(replaced.tensor("model.layers.0.input_layernorm.weight").get(0))
        .isEqualTo(weights.tensor("model.layers.0.input_layernorm.weight").get(0));
    refused(
        () -> weights.replacing(Map.of("norm", ones)), ErrorCode.MODEL_WEIGHTS, "received 'norm'");
    refused(
        () -> weights.replacing(Map.of("model.norm.weight", HostTensor.scalar(1))),
        ErrorCode.MODEL_WEIGHTS,
        "expected [64]");
  }

  @Test
  void trainableWeightsAreHeldInF32() {
    try (Backend backend = TestBackend.open("reference")) {
      tensors.replaceAll((n, t) -> t.cast(DType.F16));
      open().weights().load(backend, DType.BF16, Set.of("model.norm.weight"));
      assertThat(backend.read("model.norm.weight").dtype()).isEqualTo(DType.F32);
      assertThat(backend.read("model.embed_tokens.weight").dtype()).isEqualTo(DType.BF16);
    }
  }

  @Test
  void foldersThatAreNotThere() throws IOException {
    refused(
        () -> ModelFolder.open(folder.resolve("no")), ErrorCode.FILE_MISSING, "received nothing");
    refused(
        () -> ModelFolder.open(folder.resolve("config.json")),
        ErrorCode.FILE_MISSING,
        "received a file");
    refused(() -> ModelFolder.open(folder), ErrorCode.FILE_MISSING, "model.safetensors");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    refused(() -> ModelFolder.open(empty), ErrorCode.FILE_MISSING, "config.json");
  }

  @Test
  void idsThatEndAText() throws IOException {
    assertThat(open().stopIds()).containsExactly(2);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [9, 7]}");
    assertThat(open().stopIds()).containsExactly(2, 7, 9);
    assertThat(open().hasTokenizer()).isFalse();
    refused(() -> open().openTokenizer(), ErrorCode.TOKENIZER, "tokenizer.json");
  }
}
