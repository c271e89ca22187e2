package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.AdapterFolder;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.WeightSpec;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import dev.graft.training.Engines;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.step.EvalStep;
import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.TrainedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in which biases, whole modules or embeddings are trained beside a LoRA. */
class WholeWeightsRunTest {
  private static final String PREFIX = "base_model.model.model.";
  private static final String[] COMMON = {
    "adapter.dropout=0",
    "adapter.target_modules=[q_proj]",
    "backend.type=djl-pytorch",
    "max_steps=6"
  };

  @TempDir private Path folder;
  private Workspace w;

  /** A model with biases on q, k, v and o, all of them 0.1. */
  @BeforeEach
  void model() {
    w = Workspace.create(folder);
    String config = new String(w.bytes("model/config.json"), StandardCharsets.UTF_8);
    w.write(
        "model/config.json",
        config.replace("\"attention_bias\": false", "\"attention_bias\": true"));
    CausalLm model = ModelFolder.architecture(w.path("model/config.json"));
    Safetensors given = Safetensors.open(w.path("model/model.safetensors"));
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    for (WeightSpec spec : model.weights()) {
      weights.put(
          spec.name(),
          given.names().contains(spec.name())
              ? given.tensor(spec.name())
              : HostTensor.generate(DType.F32, spec.shape(), i -> 0.1));
    }
    SafetensorsWriter.write(w.path("model/model.safetensors"), weights);
  }

  private static String[] run(String... overrides) {
    return Stream.concat(Arrays.stream(COMMON), Arrays.stream(overrides)).toArray(String[]::new);
  }

  /** The evaluation loss of the run's saved adapter, read as anybody would. */
  private double score(String... overrides) {
    PreparedRun run = Workspace.trainer().prepare(w.recipe(overrides));
    ModelFolder model = ModelFolder.open(w.path("model"));
    SavedAdapter saved =
        AdapterFolder.read(
                w.path("run/adapter"), List.of(Plugins.discover().adapter("lora").provider()))
            .bind(model.model());
    TrainedModel trained = new TrainedModel(model.model(), Optional.of(saved.binding()), DType.F32);
    try (Backend backend = Engines.open("djl-pytorch");
        EvalStep eval = new EvalStep(backend, new StepGraphs(trained, run.optimizer(), 0))) {
      saved.weights(model.weights()).load(backend, DType.F32, trained.trainableWeights());
      saved.load(model.model(), DType.F32, backend, Engines.compiler(backend));
      List<PackedBatch> batches = new ArrayList<>();
      BatchPlan plan = run.evalPlan().orElseThrow();
      for (int i = 0; i < plan.steps(); i++) {
        batches.addAll(plan.step(i).microBatches());
      }
      return eval.loss(batches);
    }
  }

  private Set<String> trainedWhole() {
    Set<String> out = new TreeSet<>();
    for (String name : Safetensors.open(w.path("run/adapter/adapter_model.safetensors")).names()) {
      if (!name.contains("lora_")) {
        out.add(name.substring(PREFIX.length()));
      }
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "lora-only"})
  void biasesAreTrainedAndSavedAsPeftDoes(String bias) {
    byte[] base = w.bytes("model/model.safetensors");
    String[] overrides = run("adapter.bias=" + bias);
    RunSummary plain = w.train(run("output_dir=plain"));
    RunSummary summary = w.train(overrides);
    assertThat(summary.firstEvalLoss()).isEqualTo(plain.firstEvalLoss());
    assertThat(summary.lastEvalLoss()).isNotEqualTo(plain.lastEvalLoss());
    Set<String> expected = new TreeSet<>();
    for (int layer = 0; layer < 2; layer++) {
      String attention = "layers." + layer + ".self_attn.";
      expected.add(attention + "q_proj.base_layer.bias");
      if (bias.equals("all")) {
        for (String other : List.of("k", "v", "o")) {
          expected.add(attention + other + "_proj.bias");
        }
      }
    }
    assertThat(trainedWhole()).isEqualTo(expected);
    Safetensors saved = Safetensors.open(w.path("run/adapter/adapter_model.safetensors"));
    assertThat(saved.tensor(PREFIX + "layers.0.self_attn.q_proj.base_layer.bias").toFloats())
        .isNotEqualTo(new float[32])
        .doesNotContain(0.1f);
    double last = summary.lastEvalLoss().orElseThrow();
    assertThat(score(overrides)).isCloseTo(last, within(1e-6 * last));
    assertThat(w.bytes("model/model.safetensors")).isEqualTo(base);
  }

  @Test
  void modulesAreTrainedWholeAndGoOnAfterAStop() {
    String[] overrides = run("adapter.modules_to_save=[norm]");
    RunSummary summary = w.train(overrides);
    assertThat(trainedWhole())
        .containsExactlyInAnyOrder(
            "norm.weight",
            "layers.0.input_layernorm.weight",
            "layers.0.post_attention_layernorm.weight",
            "layers.1.input_layernorm.weight",
            "layers.1.post_attention_layernorm.weight");
    double last = summary.lastEvalLoss().orElseThrow();
    assertThat(score(overrides)).isCloseTo(last, within(1e-6 * last));
    w.trainUntil(4, run("adapter.modules_to_save=[norm]", "output_dir=broken"));
    w.train(run("adapter.modules_to_save=[norm]", "output_dir=broken"));
    String tensors = "/adapter/adapter_model.safetensors";
    assertThat(w.bytes("broken" + tensors)).isEqualTo(w.bytes("run" + tensors));
  }

  @Test
  void embeddingsAreTargets() {
    String[] overrides = run("adapter.target_modules=[embed_tokens, q_proj]");
    RunSummary summary = w.train(overrides);
    assertThat(Safetensors.open(w.path("run/adapter/adapter_model.safetensors")).names())
        .contains(
            PREFIX + "embed_tokens.lora_embedding_A", PREFIX + "embed_tokens.lora_embedding_B")
        .hasSize(2 * 3);
    double last = summary.lastEvalLoss().orElseThrow();
    assertThat(score(overrides)).isCloseTo(last, within(1e-6 * last));
  }

  @ParameterizedTest
  @CsvSource({
    "embed_tokens, ADAPTER_UNSUPPORTED, 'model.embed_tokens', one weight for its embedding",
    "lm_head, ADAPTER_UNSUPPORTED, 'lm_head', one weight for its embedding",
    "q_proj, ADAPTER_UNSUPPORTED, self_attn.q_proj, target_modules names it too",
    "nrom, TARGETS_UNMATCHED, 'nrom', modules_to_save",
  })
  void refusesWhatCannotBeTrainedWhole(String module, ErrorCode code, String which, String why) {
    assertThatThrownBy(() -> w.train(run("adapter.modules_to_save=[" + module + "]")))
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(which.replace("'", ""))
        .hasMessageContaining(why);
    assertThat(w.path("run")).doesNotExist();
  }

  @Test
  void aFolderWithoutABiasIsRefused() {
    w.train(run("adapter.bias=all", "max_steps=1"));
    Path file = w.path("run/adapter/adapter_model.safetensors");
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    Safetensors saved = Safetensors.open(file);
    String bias = PREFIX + "layers.1.self_attn.v_proj.bias";
    saved.names().stream()
        .filter(n -> !n.equals(bias))
        .forEach(n -> tensors.put(n, saved.tensor(n)));
    SafetensorsWriter.write(file, tensors);
    assertThatThrownBy(() -> score(run("adapter.bias=all")))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_TENSORS))
        .hasMessageContaining("1 missing: " + bias);
  }
}
