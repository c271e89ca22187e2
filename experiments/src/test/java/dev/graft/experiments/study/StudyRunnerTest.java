package dev.graft.experiments.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.MaskedText;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudyRunnerTest {
  private static final String ENGINE = "djl-pytorch";

  @TempDir Path folder;

  private final Plugins plugins = Plugins.discover();

  private StudyResults run(StudyFile file, String scope, StudyListener listener) {
    return new StudyRunner(plugins, listener).run(file, Studies.options(folder, scope, ENGINE));
  }

  @Test
  void measuresBeforeWhileAndAfterTrainingAndDoesNothingTwice() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    List<Instant> steps = Collections.synchronizedList(new ArrayList<>());
    Studies.Heard heard = new Studies.Heard((run, step) -> steps.add(Instant.now()));
    StudyResults results = run(file, "quick", heard);
    assertThat(Instant.parse(results.info().started())).isBefore(Collections.min(steps));
    assertThat(results.runs()).hasSize(2).hasSameElementsAs(heard.ended);
    RunResult full = results.finished(ENGINE, Map.of("method", "full")).get(0);
    assertThat(full.before().keySet()).containsExactlyInAnyOrder("characters", "maths");
    assertThat(full.after().keySet())
        .containsExactlyInAnyOrder("characters", "maths", "train_loss");
    assertThat(full.before().get("characters")).isBetween(0.0, 0.3);
    int count = full.cost().orElseThrow().steps();
    assertThat(full.curve("loss").orElseThrow().points()).hasSize(count);
    assertThat(full.curve("characters").orElseThrow().points())
        .extracting("step")
        .containsExactly(2, 4);
    assertThat(full.curve("maths").orElseThrow().points())
        .extracting("step")
        .containsExactly(count);
    assertThat(full.cost().orElseThrow().trainableParameters()).isEqualTo(2_558_400);
    // A lower loss on what was trained on than at the first step.
    assertThat(full.after().get("train_loss"))
        .isLessThan(full.curve("loss").orElseThrow().points().get(0).value());
    assertThat(results.info().machine())
        .containsOnlyKeys("processor", "cores", "system", "Java", "largest heap");
    assertThat(results.info().machine().values()).allMatch(v -> !v.isBlank() && !v.equals("0"));
    // No mask: all but the token that starts the text carries loss.
    assertThat(full.example().orElseThrow().pieces())
        .extracting(MaskedText.Piece::weight)
        .containsExactly(0f, 1f);
    assertThat(full.example().get().pieces().get(1).text())
        .matches("[0-9A-F-]{36}:[0-9A-F-]{36}<\\|.*\\|>");
    Path runFolder = folder.resolve("out/runs").resolve(full.folder());
    assertThat(runFolder).isDirectoryNotContaining("glob:**{checkpoint-*,model,adapter}");

    Studies.Heard again = new Studies.Heard();
    assertThat(run(file, "quick", again).runs()).isEqualTo(results.runs());
    assertThat(again.started).isEmpty();
  }

  @Test
  void aRunThatFailsIsShownAndDoesNotStopTheOthers() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    StudyResults results = run(file, "failing", new Studies.Heard());
    assertThat(results.runs())
        .extracting(RunResult::status)
        .containsExactlyInAnyOrder(RunStatus.FINISHED, RunStatus.FAILED);
    RunResult failed =
        results.runs().stream()
            .filter(r -> r.status() == RunStatus.FAILED)
            .findFirst()
            .orElseThrow();
    assertThat(failed.levels()).containsEntry("method", "broken");
    assertThat(failed.error().orElseThrow()).contains("targets.unmatched", "no_such_module");
    // It is tried again, and is the only one.
    Studies.Heard again = new Studies.Heard();
    run(file, "failing", again);
    assertThat(again.started).containsExactly(failed.folder());
  }

  @Test
  void aStudyThatIsStoppedGoesOnToTheSameNumbers() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    List<StudyRunner> runner = new ArrayList<>(); // made after the listener that stops it
    Studies.Heard heard =
        new Studies.Heard(
            (run, step) -> {
              if (run.levels().containsValue("lora") && step.step() == 2) {
                runner.get(0).stop();
              }
            });
    runner.add(new StudyRunner(plugins, heard));
    StudyOptions options = Studies.options(folder, "quick", ENGINE);
    assertThat(
            catchThrowableOfType(GraftException.class, () -> runner.get(0).run(file, options))
                .code())
        .isEqualTo(ErrorCode.INTERRUPTED);
    assertThat(heard.ended).extracting(r -> r.levels().get("method")).doesNotContain("lora");
    StudyResults resumed = run(file, "quick", new Studies.Heard());

    StudyOptions elsewhere =
        new StudyOptions(
            folder.resolve("unbroken"),
            "quick",
            List.of(ENGINE),
            options.seeds(),
            options.jobs(),
            false,
            "");
    StudyResults unbroken = new StudyRunner(plugins, new Studies.Heard()).run(file, elsewhere);
    assertThat(resumed.runs()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(resumed.runs().get(i).after()).isEqualTo(unbroken.runs().get(i).after());
      assertThat(resumed.runs().get(i).curves()).isEqualTo(unbroken.runs().get(i).curves());
    }
  }

  @Test
  void twoStudiesInOneFolderAreRefused() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    try (StudyFolder held = StudyFolder.open(folder.resolve("out"))) {
      assertThat(held.runs()).exists();
      GraftException e =
          catchThrowableOfType(GraftException.class, () -> run(file, "quick", new Studies.Heard()));
      assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
      assertThat(e).hasMessageContaining("another process runs one there");
    }
  }

  @Test
  void sweepsLearningRatesWithSeedsOfTheirOwn() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    StudyResults results =
        new StudyRunner(plugins, new Studies.Heard())
            .tune(file, Studies.options(folder, "default", ENGINE));
    assertThat(results.runs())
        .extracting(r -> r.levels().get("learning_rate") + " " + r.seed())
        .containsExactly("0.001 1001", "0.01 1001");
    assertThat(results.runs().get(0).after()).isNotEqualTo(results.runs().get(1).after());
    assertThat(Files.exists(folder.resolve("out/runs"))).isTrue();
  }
}
