package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.files.Json;
import dev.graft.training.Engines;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.RecipeFile;
import dev.graft.training.step.EvalStep;
import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.TrainedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TrainerTest {
  @TempDir Path folder;

  private static List<JsonNode> ofType(List<JsonNode> metrics, String type) {
    return metrics.stream().filter(m -> m.get("type").asText().equals(type)).toList();
  }

  private static List<Integer> steps(List<JsonNode> metrics) {
    return metrics.stream().map(m -> m.get("step").asInt()).toList();
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void trainsAndSavesWhatItTrained(String engine) {
    Workspace w = Workspace.create(folder);
    RunSummary summary = w.train("backend.type=" + engine, "num_epochs=4", "adapter.dropout=0");
    assertThat(summary.lastEvalLoss().orElseThrow())
        .isLessThan(0.7 * summary.firstEvalLoss().orElseThrow());
    List<JsonNode> metrics = w.metrics("run");
    assertThat(steps(ofType(metrics, "step")))
        .isEqualTo(IntStream.rangeClosed(1, summary.steps()).boxed().toList());
    List<Integer> evals = steps(ofType(metrics, "eval"));
    assertThat(evals.get(0)).isZero();
    assertThat(evals.get(1)).isEqualTo(4);
    assertThat(evals.get(evals.size() - 1)).isEqualTo(summary.steps());
    assertThat(metrics.get(0).get("type").asText()).isEqualTo("eval");
    assertThat(metrics.get(1).get("lr").asDouble()).isZero();
    assertThat(w.list("run")).contains("adapter", "manifest.json", "metrics.jsonl", "recipe.yaml");
    assertThat(w.list("run").stream().filter(n -> n.startsWith("checkpoint-"))).hasSize(2);

    // What was saved scores as what was trained.
    Plugins plugins = Plugins.discover();
    ModelFolder model = ModelFolder.open(w.path("model"));
    SavedAdapter saved =
        AdapterFolder.read(w.path("run/adapter"), List.of(plugins.adapter("lora").provider()))
            .bind(model.model());
    PreparedRun run = Workspace.trainer().prepare(w.recipe("adapter.dropout=0"));
    TrainedModel trained = TrainedModel.adapted(saved.binding(), model.model(), DType.F32);
    try (Backend backend = Engines.open(engine)) {
      model.weights().load(backend, DType.F32);
      saved.load(model.model(), DType.F32, backend, Engines.compiler(backend));
      try (EvalStep eval = new EvalStep(backend, new StepGraphs(trained, run.optimizer(), 0))) {
        assertThat(eval.loss(batches(run)))
            .isCloseTo(summary.lastEvalLoss().orElseThrow(), Percentage.withPercentage(1e-6));
      }
    }
  }

  private static List<PackedBatch> batches(PreparedRun run) {
    BatchPlan plan = run.evalPlan().orElseThrow();
    return IntStream.range(0, plan.steps())
        .boxed()
        .flatMap(i -> plan.step(i).microBatches().stream())
        .toList();
  }

  @Test
  void theManifestTellsWhatTheNumbersDependOn() {
    Workspace w = Workspace.create(folder);
    w.train("max_steps=1");
    ObjectNode m = Json.object(w.path("run/manifest.json"));
    assertThat(m.at("/graft/version").asText()).isNotEmpty();
    assertThat(m.at("/seed").asInt()).isEqualTo(5);
    assertThat(m.at("/engines/0/device").asText()).contains("float64");
    assertThat(m.at("/engines/0/backend/type").asText()).isEqualTo("reference");
    assertThat(m.at("/engines/0/from_step").asInt()).isOne();
    assertThat(m.at("/plugins").findValuesAsText("name"))
        .containsExactlyInAnyOrder("reference", "response-only", "lora");
    assertThat(m.at("/data/0/sha256").asText()).hasSize(64);
    assertThat(m.at("/model").findValuesAsText("file"))
        .containsExactly("config.json", "model.safetensors");
    assertThat(m.at("/recipe/adapter/r").asInt()).isEqualTo(4);
    assertThat(m.at("/recipe/lr_scheduler").asText()).isEqualTo("cosine");
    assertThat(m.at("/machine/processors").asInt()).isPositive();
    // The recipe that the folder holds gives the same run again.
    assertThat(RecipeFile.read(w.path("run/recipe.yaml"), List.of()))
        .isEqualTo(Workspace.trainer().prepare(w.recipe("max_steps=1")).recipe());
  }

  @Test
  void theManifestTellsWhatTheMasksFound() {
    Workspace w = Workspace.create(folder);
    w.train("max_steps=1", "masking=[none, {type: boilerplate, detect: corpus}]");
    ObjectNode m = Json.object(w.path("run/manifest.json"));
    assertThat(m.at("/mask_findings")).hasSize(1);
    assertThat(m.at("/mask_findings/0/mask").asText()).isEqualTo("boilerplate");
    assertThat(m.at("/mask_findings/0/prompts").asInt()).isEqualTo(32);
    assertThat(m.at("/plugins").findValuesAsText("name")).contains("none", "boilerplate");
    assertThat(m.at("/recipe/masking/1/min_share").asDouble()).isEqualTo(0.1);
    assertThat(m.at("/training_data/trainedTokensByRole/RESPONSE").asInt()).isPositive();
    assertThat(m.at("/training_data/instructionResponseRatio").asDouble()).isPositive();
    assertThat(RecipeFile.read(w.path("run/recipe.yaml"), List.of()).masking())
        .hasToString("none + boilerplate");
  }

  private static void assertSame(Workspace w, String whole, String broken) {
    assertThat(w.metrics(broken)).isEqualTo(w.metrics(whole));
    String tensors = "/adapter/adapter_model.safetensors";
    assertThat(w.bytes(broken + tensors)).isEqualTo(w.bytes(whole + tensors));
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void aStoppedRunGoesOnToTheSameNumbers(String engine) {
    Workspace w = Workspace.create(folder);
    String backend = "backend.type=" + engine;
    w.train(backend);
    w.trainUntil(2, backend, "output_dir=broken");
    w.trainUntil(5, backend, "output_dir=broken");
    List<Integer> done = new ArrayList<>();
    Workspace.trainer()
        .train(
            w.recipe(backend, "output_dir=broken"),
            ExistingRun.RESUME,
            new TrainingListener() {
              @Override
              public void onStart(PreparedRun run, String device, int stepsDone) {
                done.add(stepsDone);
              }
            });
    assertThat(done).containsExactly(5);
    assertSame(w, "run", "broken");
  }

  @Test
  void aStoppedRunMayGoOnWithLessMemory() {
    Workspace w = Workspace.create(folder);
    w.train();
    w.trainUntil(4, "output_dir=broken");
    w.train("output_dir=broken", "gradient_checkpointing=true");
    assertSame(w, "run", "broken");
  }

  /** Ends a run at once after a step, as a fault would. */
  private static void crashAfter(Workspace w, int step, String... overrides) {
    Throwable crash =
        catchThrowableOfType(
            IllegalStateException.class,
            () ->
                Workspace.trainer()
                    .train(
                        w.recipe(overrides),
                        ExistingRun.RESUME,
                        new TrainingListener() {
                          @Override
                          public void onStep(StepMetrics m) {
                            if (m.step() == step) {
                              throw new IllegalStateException("crash");
                            }
                          }
                        }));
    assertThat(crash).hasMessage("crash");
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    Workspace w = Workspace.create(folder);
    w.train();
    crashAfter(w, 8, "output_dir=broken");
    assertThat(w.list("broken")).contains("checkpoint-3", "checkpoint-6");
    Path tensors = w.path("broken/checkpoint-6/trainables.safetensors");
    byte[] all = Files.readAllBytes(tensors);
    Files.write(tensors, Arrays.copyOf(all, all.length / 2));
    w.write("broken/.checkpoint-9.tmp/state.json", "{");
    w.train("output_dir=broken");
    assertSame(w, "run", "broken");
    assertThat(w.list("broken")).noneMatch(n -> n.endsWith(".tmp"));
  }

  @Test
  void aRunWithoutACheckpointStartsOver() {
    Workspace w = Workspace.create(folder);
    w.train();
    crashAfter(w, 2, "output_dir=broken");
    w.train("output_dir=broken");
    assertSame(w, "run", "broken");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning_rate=2e-2|learning_rate (was 0.01, is 0.02)",
        "adapter.r=8|adapter.r (was 4, is 8)",
        "masking.type=none|masking.type (was response-only, is none)",
        "adapter.target_modules=[q_proj]|adapter.target_modules (was all-linear, is not set)",
        "eval_steps=null|eval_steps (was 4, is not set)",
      })
  void anotherRecipeIsRefused(String override, String difference) {
    Workspace w = Workspace.create(folder);
    w.trainUntil(2);
    List<JsonNode> before = w.metrics("run");
    GraftException e = catchThrowableOfType(GraftException.class, () -> w.train(override));
    assertThat(e.code()).isEqualTo(ErrorCode.RESUME_MISMATCH);
    assertThat(e).hasMessageContaining(difference);
    assertThat(w.metrics("run")).isEqualTo(before);
  }

  @Test
  void otherDataIsRefusedWhereverItLies() {
    Workspace w = Workspace.create(folder);
    w.trainUntil(2);
    w.write(
        "data.jsonl",
        new String(w.bytes("data.jsonl"), StandardCharsets.UTF_8).replace("abcd", "abxd"));
    GraftException e = catchThrowableOfType(GraftException.class, w::train);
    assertThat(e.code()).isEqualTo(ErrorCode.RESUME_MISMATCH);
    assertThat(e).hasMessageContaining("data.jsonl (another content)");
  }

  @Test
  void aFinishedRunIsKeptUnlessRestarted() {
    Workspace w = Workspace.create(folder);
    w.train("max_steps=2");
    GraftException e = catchThrowableOfType(GraftException.class, () -> w.train("max_steps=2"));
    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
    assertThat(e).hasMessageContaining("finished");
    Workspace.trainer()
        .train(w.recipe("max_steps=3"), ExistingRun.RESTART, new TrainingListener() {});
    assertThat(steps(ofType(w.metrics("run"), "step"))).containsExactly(1, 2, 3);
    assertThat(w.list("run")).contains("checkpoint-3").doesNotContain("checkpoint-2");
  }

  @Test
  void aFolderOfSomethingElseIsLeftAlone() {
    Workspace w = Workspace.create(folder);
    w.write("run/adapter/precious.txt", "mine");
    for (ExistingRun existing : ExistingRun.values()) {
      GraftException e =
          catchThrowableOfType(
              GraftException.class,
              () -> Workspace.trainer().train(w.recipe(), existing, new TrainingListener() {}));
      assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE);
      assertThat(e).hasMessageContaining("holds 'adapter'");
    }
    assertThat(w.bytes("run/adapter/precious.txt")).hasSize(4);
  }

  @Test
  void twoRunsDoNotShareAFolder() {
    Workspace w = Workspace.create(folder);
    try (RunFolder held = RunFolder.open(w.path("run"))) {
      GraftException e = catchThrowableOfType(GraftException.class, w::train);
      assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
      assertThat(e).hasMessageContaining("another process trains there");
      assertThat(held.path()).exists();
    }
    assertThat(w.path("run")).doesNotExist();
    w.train("max_steps=1");
  }

  @Test
  void aLossThatIsNotFiniteEndsTheRunNamingTheExamples() {
    Workspace w = Workspace.create(folder);
    GraftException e =
        catchThrowableOfType(
            GraftException.class,
            () ->
                w.train(
                    "learning_rate=1e30",
                    "save_steps=1",
                    "warmup_steps=0",
                    "eval_steps=null",
                    "max_grad_norm=0"));
    assertThat(e.code()).isEqualTo(ErrorCode.LOSS_NOT_FINITE);
    assertThat(e).hasMessageContaining("at step 2").hasMessageContaining("data.jsonl, row ");
    assertThat(steps(w.metrics("run"))).containsExactly(0, 1);
    assertThat(w.list("run")).doesNotContain("checkpoint-2", "adapter");
  }

  @Test
  void allWeightsCanBeTrained() {
    Workspace w = Workspace.create(folder);
    RunSummary summary = w.train("adapter=full", "learning_rate=5e-3", "num_epochs=4");
    assertThat(summary.lastEvalLoss().orElseThrow())
        .isLessThan(0.7 * summary.firstEvalLoss().orElseThrow());
    ModelFolder trained = ModelFolder.open(w.path("run/model"));
    String name = "model.layers.0.mlp.up_proj.weight";
    assertThat(trained.weights().tensor(name).toFloats())
        .isNotEqualTo(ModelFolder.open(w.path("model")).weights().tensor(name).toFloats());
  }

  @Test
  void withoutHeldOutExamplesThereIsNoEvaluation() {
    Workspace w = Workspace.create(folder);
    RunSummary summary = w.train("val_set_size=0", "max_steps=2", "logging_steps=2");
    assertThat(summary.firstEvalLoss()).isEmpty();
    assertThat(steps(w.metrics("run"))).containsExactly(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "datasets.0.path=none.jsonl|file.missing|none.jsonl",
        "base_model=none|file.missing|none",
        "adapter.type=lorra|plugin.unknown|Did you mean 'lora'?",
        "masking.type=response|plugin.unknown|response-only",
        "backend.type=djl|plugin.unknown|djl-pytorch",
        "adapter.rank=3|config.unknown-key|adapter.rank",
        "masking.x=3|config.unknown-key|masking.x",
        "backend.x=3|config.unknown-key|backend.x",
        "backend.dtype=fp8|config.value|backend.dtype",
        "adapter={type: full, r: 3}|config.unknown-key|adapter: full",
        "adapter.target_modules=[w_proj]|targets.unmatched|w_proj",
        "sequence_len=4|data.too-long|sequence_len",
        "val_set_size=36|config.value|val_set_size",
        "optimizer.type=adam|config.value|adamw",
        "lr_scheduler=constant|config.value|constant-with-warmup",
        "optimizer=schedule-free-adamw|config.value|takes the place of a decay",
        "neftune_noise_alpha=-1|config.value|neftune_noise_alpha",
        "unfrozen_parameters=[model]|config.value|adapter: full",
        "lr_scheduler=inverse-sqrt|config.value|warm-up",
      })
  void whatIsWrongIsFoundBeforeAnythingIsWritten(String override, String code, String message) {
    Workspace w = Workspace.create(folder);
    GraftException e =
        catchThrowableOfType(
            GraftException.class,
            () -> w.train(override, "warmup_steps=" + (override.contains("inverse") ? 0 : 2)));
    assertThat(e.code().id()).isEqualTo(code);
    assertThat(e.code().exitStatus()).isEqualTo(2);
    assertThat(e).hasMessageContaining(message);
    assertThat(w.path("run")).doesNotExist();
  }

  static Stream<Arguments> badData() {
    String good = "{\"prompt\": \"a\", \"completion\": \"b\"}\n";
    return Stream.of(
        Arguments.of("", "data.empty", "at least one example"),
        Arguments.of(good + "{\"prompt\": ", "data.malformed", "line 2"),
        Arguments.of("{\"prompt\": \"a\"}", "data.malformed", "completion"),
        Arguments.of("[1]", "data.malformed", "object"));
  }

  @ParameterizedTest
  @MethodSource
  void badData(String data, String code, String message) {
    Workspace w = Workspace.create(folder);
    w.write("data.jsonl", data);
    GraftException e = catchThrowableOfType(GraftException.class, w::train);
    assertThat(e.code().id()).isEqualTo(code);
    assertThat(e.code().exitStatus()).isEqualTo(2);
    assertThat(e).hasMessageContaining(message);
    assertThat(w.path("run")).doesNotExist();
  }

  @Test
  void aMaskThatLeavesNothingIsRefused() {
    Workspace w = Workspace.create(folder);
    // Cut before the answer begins, no example has a token that carries loss.
    w.write("data.jsonl", "{\"prompt\": \"a long one\", \"completion\": \"b\"}\n".repeat(9));
    GraftException e =
        catchThrowableOfType(
            GraftException.class, () -> w.train("sequence_len=4", "overlength=truncate"));
    assertThat(e.code()).isEqualTo(ErrorCode.MASK_EMPTY);
    assertThat(w.path("run")).doesNotExist();
  }

  @Test
  void aTokenizerOfAnotherModelIsRefused() {
    Workspace w = Workspace.create(folder, 100);
    GraftException e = catchThrowableOfType(GraftException.class, w::train);
    assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER);
    assertThat(e).hasMessageContaining("vocab_size of 100");
  }

  @Test
  void truncatedWeightsAreRefused() throws IOException {
    Workspace w = Workspace.create(folder);
    byte[] all = w.bytes("model/model.safetensors");
    Files.write(w.path("model/model.safetensors"), Arrays.copyOf(all, all.length - 100));
    GraftException e = catchThrowableOfType(GraftException.class, w::train);
    assertThat(e.code()).isEqualTo(ErrorCode.FILE_MALFORMED);
    assertThat(w.path("run")).doesNotExist();
  }

  @Test
  void aRunIsPredictedBeforeItStarts() {
    Workspace w = Workspace.create(folder);
    PreparedRun run = Workspace.trainer().prepare(w.recipe());
    Preflight p = Preflight.of(run, Set.of());
    assertThat(p.steps()).isEqualTo(run.plan().steps());
    assertThat(p.trainedTokens()).isEqualTo(2 * p.data().trainedTokens());
    // A and B of q, k, v, o and of gate, up, down, r = 4, in two blocks.
    assertThat(p.trainableParameters()).isEqualTo(2 * 4 * (64 + 48 + 48 + 64 + 80 + 80 + 80));
    // Weights, then parameters with two moments and a sum each, and the sums of loss and weight.
    assertThat(p.variableBytes()).isEqualTo(4 * (p.parameters() + 4 * p.trainableParameters()) + 8);
    // A pass takes at least 2 FLOPs for each weight and token, the backward pass as much.
    assertThat(p.flopsPerStep()).isGreaterThan(2.0 * 2 * p.parameters() * 2 * 24);
    assertThat(p.peakBytes()).isPositive();
    assertThat(run.plugins().stream().map(Plugin::name)).contains("lora");
  }
}
