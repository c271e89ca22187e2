package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReproductionTest {
  @TempDir Path folder;

  private final Trainer trainer = Workspace.trainer();

  @Test
  void theSameRunGivesTheSameNumbersAndAChangedOneDoesNot() throws IOException {
    Workspace w = Workspace.create(folder);
    w.train();
    Reproduction again = Reproduction.of(trainer, w.path("run"), w.path("again"));
    assertThat(again.changed()).isEmpty();
    trainer.train(again.recipe(), ExistingRun.RESUME, new TrainingListener() {});
    assertThat(again.differences())
        .extracting(Reproduction.Difference::name)
        .containsExactly("loss", "grad_norm", "eval_loss");
    assertThat(again.differences()).allMatch(d -> d.largest() == 0 && d.values() > 0);

    Path metrics = w.path("again/metrics.jsonl");
    Files.writeString(
        metrics, Files.readString(metrics).replaceFirst("\"loss\":(\\d)", "\"loss\":1$1"));
    assertThat(again.differences().get(0).largest()).isGreaterThan(0.1);
    assertThat(again.differences().get(0).step()).isEqualTo(1);
  }

  @Test
  void refusesOtherDataAndAFolderWithoutAFinishedRun() throws IOException {
    Workspace w = Workspace.create(folder);
    w.train();
    Files.writeString(
        w.path("data.jsonl"), Files.readString(w.path("data.jsonl")).replace("ab>", "ba>"));
    GraftException changed =
        catchThrowableOfType(
            GraftException.class, () -> Reproduction.of(trainer, w.path("run"), w.path("again")));
    assertThat(changed.code()).isEqualTo(ErrorCode.RESUME_MISMATCH);
    assertThat(changed).hasMessageContaining("data.jsonl (another content)");
    GraftException none =
        catchThrowableOfType(
            GraftException.class, () -> Reproduction.of(trainer, w.path("model"), w.path("again")));
    assertThat(none.code()).isEqualTo(ErrorCode.FILE_MISSING);
  }

  @Test
  void aProbeMeasuresWhenItWantsAndItsValuesAreLogged() {
    Workspace w = Workspace.create(folder);
    Map<Integer, Double> told = new LinkedHashMap<>();
    Probe probe =
        new Probe() {
          @Override
          public boolean wants(int step, int totalSteps) {
            return step % 5 == 0 || step == totalSteps;
          }

          @Override
          public Map<String, Double> measure(LiveModel model, PreparedRun run, int step) {
            return Map.of("twice", 2.0 * step);
          }
        };
    RunSummary summary =
        trainer.train(
            w.recipe(),
            ExistingRun.RESUME,
            new TrainingListener() {
              @Override
              public void onMeasure(MeasureMetrics m) {
                told.put(m.step(), m.values().getOrDefault("twice", 0.0));
              }
            },
            probe,
            List.of());
    assertThat(told).containsEntry(0, 0.0).containsEntry(5, 10.0);
    assertThat(told).containsEntry(summary.steps(), 2.0 * summary.steps());
    Map<Integer, Double> logged = new LinkedHashMap<>();
    w.metrics("run").stream()
        .filter(m -> m.get("type").asText().equals("measure"))
        .forEach(m -> logged.put(m.get("step").asInt(), m.get("values").get("twice").asDouble()));
    assertThat(logged).isEqualTo(told);
  }
}
