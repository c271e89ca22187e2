package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.Engines;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.step.EvalStep;
import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs of an adapter with constants: they are there everywhere and are saved nowhere. */
class DoraRunTest {
  private static final String[] DORA = {
    "adapter.type=dora", "backend.type=djl-pytorch", "max_steps=5"
  };

  @TempDir private Path folder;

  private static String[] dora(String... overrides) {
    return Stream.concat(Arrays.stream(DORA), Arrays.stream(overrides)).toArray(String[]::new);
  }

  private static double score(
      PreparedRun run, ModelFolder model, Optional<SavedAdapter> saved, DType dtype) {
    TrainedModel trained = new TrainedModel(model.model(), saved.map(SavedAdapter::binding), dtype);
    try (Backend backend = Engines.open("djl-pytorch");
        EvalStep eval = new EvalStep(backend, new StepGraphs(trained, run.optimizer(), 0))) {
      model.weights().load(backend, dtype, trained.trainableWeights());
      saved.ifPresent(s -> s.load(model.model(), dtype, backend, Engines.compiler(backend)));
      List<PackedBatch> batches = new ArrayList<>();
      BatchPlan plan = run.evalPlan().orElseThrow();
      for (int i = 0; i < plan.steps(); i++) {
        batches.addAll(plan.step(i).microBatches());
      }
      return eval.loss(batches);
    }
  }

  @ParameterizedTest
  @CsvSource({"fp32, 1e-6", "bf16, 1e-2"})
  void startsFromTheBaseModelAndScoresAsItWasTrained(String dtype, double tolerance) {
    Workspace w = Workspace.create(folder);
    String[] overrides = dora("backend.dtype=" + dtype, "max_steps=16");
    RunSummary summary = w.train(overrides);
    double first = summary.firstEvalLoss().orElseThrow();
    double last = summary.lastEvalLoss().orElseThrow();
    assertThat(last).isLessThan(0.7 * first);

    PreparedRun run = Workspace.trainer().prepare(w.recipe(overrides));
    ModelFolder model = ModelFolder.open(w.path("model"));
    DType compute = run.trainedModel().compute();
    // All weights trained is the plain model, in f32 where the run was in bf16.
    assertThat(first)
        .isCloseTo(score(run, model, Optional.empty(), compute), within(tolerance * first));
    SavedAdapter saved =
        AdapterFolder.read(
                w.path("run/adapter"), List.of(Plugins.discover().adapter("dora").provider()))
            .bind(model.model());
    assertThat(last).isCloseTo(score(run, model, Optional.of(saved), compute), within(1e-6 * last));
  }

  @Test
  void constantsAreInNoCheckpointAndNoFolder() {
    Workspace w = Workspace.create(folder);
    RunSummary summary = w.train(dora("max_steps=1"));
    String checkpoint = "run/checkpoint-" + summary.steps();
    assertThat(names(w, checkpoint + "/trainables.safetensors"))
        .hasSize(2 * 7 * 3)
        .allMatch(n -> n.startsWith("adapter."))
        .noneMatch(n -> n.contains("squares"));
    assertThat(names(w, checkpoint + "/optimizer.safetensors"))
        .isNotEmpty()
        .noneMatch(n -> n.contains("squares"));
    assertThat(names(w, "run/adapter/adapter_model.safetensors"))
        .hasSize(2 * 7 * 3)
        .noneMatch(n -> n.contains("squares"));
  }

  private static Set<String> names(Workspace w, String file) {
    return Safetensors.open(w.path(file)).names();
  }

  @Test
  void aStoppedRunGoesOnToTheSameNumbers() {
    Workspace w = Workspace.create(folder);
    w.train(dora("output_dir=whole"));
    Trainer trainer = Workspace.trainer();
    TrainingListener stopping =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics m) {
            if (m.step() == 3) {
              trainer.stop();
            }
          }
        };
    GraftException e =
        catchThrowableOfType(
            GraftException.class,
            () -> trainer.train(w.recipe(dora("output_dir=broken")), ExistingRun.RESUME, stopping));
    assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED);
    w.train(dora("output_dir=broken"));
    assertThat(w.metrics("broken")).isEqualTo(w.metrics("whole"));
    String tensors = "/adapter/adapter_model.safetensors";
    assertThat(w.bytes("broken" + tensors)).isEqualTo(w.bytes("whole" + tensors));
  }
}
