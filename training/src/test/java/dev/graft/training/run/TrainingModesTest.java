package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.Engines;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs: schedule-free AdamW, noise on the embeddings, frozen weights, plain text. */
final class TrainingModesTest {
  private static final String[] SCHEDULE_FREE = {
    "optimizer=schedule-free-adamw",
    "lr_scheduler=constant-with-warmup",
    "max_steps=8",
    "eval_steps=2"
  };

  @TempDir Path folder;

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  /** Evaluating between steps changes no number, and neither does stopping. */
  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void scheduleFreeRunsGoOnToTheSameNumbers(String engine) {
    Workspace w = Workspace.create(folder);
    String backend = "backend=" + engine;
    RunSummary whole = w.train(with(SCHEDULE_FREE, backend, "output_dir=whole"));
    w.trainUntil(5, with(SCHEDULE_FREE, backend));
    w.train(with(SCHEDULE_FREE, backend));
    assertThat(w.metrics("run")).isEqualTo(w.metrics("whole"));
    String adapter = "/adapter/adapter_model.safetensors";
    assertThat(w.bytes("run" + adapter)).isEqualTo(w.bytes("whole" + adapter));
    w.train(with(SCHEDULE_FREE, backend, "output_dir=unseen", "eval_steps=100"));
    assertThat(w.bytes("unseen" + adapter)).isEqualTo(w.bytes("whole" + adapter));
    assertThat(whole.lastEvalLoss().orElseThrow())
        .isLessThan(0.97 * whole.firstEvalLoss().orElseThrow());
    // What is saved is the average, what the checkpoint holds is where training goes on.
    Safetensors saved = Safetensors.open(w.path("whole" + adapter));
    Safetensors trained = Safetensors.open(w.path("whole/checkpoint-8/trainables.safetensors"));
    assertThat(saved.names()).hasSameSizeAs(trained.names());
    assertThat(saved.names().stream().map(n -> saved.tensor(n).toFloats()).toList())
        .isNotEqualTo(trained.names().stream().map(n -> trained.tensor(n).toFloats()).toList());
  }

  /** The curves agree between engines, with noise whose values are the same everywhere. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"optimizer=schedule-free-adamw|0", "optimizer=adamw|5"})
  void enginesAgree(String optimizer, String alpha) {
    Workspace w = Workspace.ofFixture(folder);
    List<String> engines = Engines.all().toList();
    for (String engine : engines) {
      w.train(
          optimizer,
          "neftune_noise_alpha=" + alpha,
          "lr_scheduler=constant-with-warmup",
          "max_steps=10",
          "eval_steps=5",
          "backend.type=" + engine,
          "output_dir=" + engine);
    }
    for (String engine : engines) {
      assertThat(w.largestDifference(engine, engines.get(0))).as(engine).isLessThan(1e-4);
    }
  }

  @Test
  void noiseChangesTrainingOnly() {
    Workspace w = Workspace.create(folder);
    w.train("max_steps=2", "output_dir=plain");
    w.train("max_steps=2", "output_dir=noisy", "neftune_noise_alpha=5");
    assertThat(w.losses("noisy")[0]).as("first evaluation").isEqualTo(w.losses("plain")[0]);
    assertThat(w.losses("noisy")[1]).as("first step").isNotEqualTo(w.losses("plain")[1]);
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void onlyUnfrozenWeightsChange(String engine) {
    Workspace w = Workspace.create(folder);
    String[] run = {
      "adapter=full",
      "unfrozen_parameters=['model\\.layers\\.1\\.mlp\\.', model.norm]",
      "max_steps=4",
      "backend=" + engine
    };
    w.trainUntil(3, run);
    w.train(run);
    ModelFolder before = ModelFolder.open(w.path("model"));
    ModelFolder after = ModelFolder.open(w.path("run/model"));
    int changed = 0;
    for (WeightSpec s : before.model().weights()) {
      float[] a = before.weights().tensor(s.name()).toFloats();
      float[] b = after.weights().tensor(s.name()).toFloats();
      if (s.name().startsWith("model.layers.1.mlp.") || s.name().equals("model.norm.weight")) {
        assertThat(b).as(s.name()).isNotEqualTo(a);
        changed++;
      } else {
        assertThat(b).as(s.name()).isEqualTo(a);
      }
    }
    assertThat(changed).isEqualTo(4);
    Safetensors state = Safetensors.open(w.path("run/checkpoint-4/optimizer.safetensors"));
    assertThat(state.names()).hasSize(2 * changed);
  }

  @Test
  void learnsPlainText() {
    Workspace w = Workspace.create(folder);
    w.write("corpus.txt", "the cat sat on the mat. ".repeat(40));
    RunSummary summary =
        w.train(
            "datasets.0={path: " + w.path("corpus.txt") + ", type: text}",
            "masking=none",
            "adapter=full",
            "learning_rate=5e-3",
            "val_set_size=0",
            "max_steps=20");
    List<JsonNode> steps = w.metrics("run");
    assertThat(steps.get(0).get("loss").asDouble()).isGreaterThan(1.5 * summary.loss());
  }
}
