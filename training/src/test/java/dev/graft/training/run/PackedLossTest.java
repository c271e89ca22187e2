package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.Engines;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.step.EvalStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The loss over a data set is the same however its rows are packed and in whatever order. */
final class PackedLossTest {
  private static final List<String> MASKS =
      List.of(
          "none",
          "special-tokens",
          "response-only",
          "{type: boilerplate, detect: corpus}",
          "{type: weighted, instruction: 0.3, response: 0.8}",
          "last-turn",
          "{type: spans, unmarked: train}",
          "[none, {type: weighted, instruction: 0.5}, {type: response-only, eot: none}]");

  @TempDir Path folder;

  private static PreparedRun prepare(Workspace w, String mask, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("adapter=full", "val_set_size=0", "num_epochs=1", "masking=" + mask));
    all.addAll(List.of(more));
    return Workspace.trainer().prepare(w.recipe(all.toArray(String[]::new)));
  }

  private static double loss(PreparedRun run, String engine) {
    BatchPlan plan = run.plan();
    List<PackedBatch> batches = new ArrayList<>();
    for (int step = 0; step < plan.steps(); step++) {
      batches.addAll(plan.step(step).microBatches());
    }
    try (Backend backend = Engines.open(engine);
        EvalStep eval = new EvalStep(backend, run.graphs())) {
      new TrainingState(run, backend).initialise();
      return eval.loss(batches);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void packedAndUnpackedRowsHaveOneLoss(String engine) {
    Workspace w = Workspace.create(folder);
    for (String mask : MASKS) {
      PreparedRun packed = prepare(w, mask);
      PreparedRun unpacked = prepare(w, mask, "packing=none");
      assertThat(packed.plan().statistics().rows()).isLessThan(unpacked.plan().statistics().rows());
      double expected = loss(unpacked, engine);
      assertThat(loss(packed, engine)).as(mask).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  /** All examples begin with the same words. */
  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void sharedPrefixesHaveOneLoss(String engine) {
    Workspace w = Workspace.create(folder);
    String type = "datasets.0.type=template";
    String prompt =
        "datasets.0.prompt=\"Write it twice: {prompt:instruction} {completion:response}\"";
    for (String mask : MASKS) {
      PreparedRun alone = prepare(w, mask, type, prompt, "sequence_len=64");
      PreparedRun shared =
          prepare(w, mask, type, prompt, "sequence_len=64", "packing=shared-prefix");
      assertThat(shared.plan().statistics().sharedShare()).as(mask).isGreaterThan(0.3);
      double expected = loss(alone, engine);
      assertThat(loss(shared, engine)).as(mask).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'adapter={type: lora, dropout: 0.1}', dropout in the adapter block",
    "neftune_noise_alpha=5, neftune_noise_alpha 5.0"
  })
  void noiseIsNotShared(String setting, String received) {
    Workspace w = Workspace.create(folder);
    GraftException e =
        catchThrowableOfType(
            GraftException.class,
            () -> prepare(w, "response-only", setting, "packing=shared-prefix"));
    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE);
    assertThat(e).hasMessageContaining("'packing: shared-prefix', received " + received);
    assertThat(prepare(w, "response-only", setting).plan().steps()).isPositive();
  }

  @Test
  void theOrderOfTheDataDoesNotMatter() throws IOException {
    Workspace w = Workspace.create(folder);
    List<String> rows = new ArrayList<>(Files.readAllLines(w.path("data.jsonl")));
    Collections.shuffle(rows, new Random(1));
    w.write("shuffled.jsonl", String.join("\n", rows));
    for (String mask : MASKS) {
      double expected = loss(prepare(w, mask), "reference");
      String shuffled = "datasets.0.path=" + w.path("shuffled.jsonl");
      assertThat(loss(prepare(w, mask, shuffled), "reference"))
          .as(mask)
          .isCloseTo(expected, within(1e-6 * expected));
    }
  }
}
