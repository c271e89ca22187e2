package dev.graft.experiments.study;

import dev.graft.experiments.results.RunResult;
import dev.graft.training.run.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A small study on the base model that comes with Graft. */
final class Studies {
  static final Path BASE = Path.of("../studies/base").toAbsolutePath().normalize();

  static final String YAML =
      """
      study: small
      title: a title
      question: a question?
      vars: {model: %s}
      world: {people: 6, documents: 10, tasks: 10, held_out: 4, pairs: 2}
      recipe:
        base_model: ${model}
        datasets: [{path: "${world}/key-values.jsonl", type: prompt-completion}]
        adapter: full
        masking: none
        sequence_len: 128
        micro_batch_size: 2
        num_epochs: 4
        learning_rate: 1e-3
        val_set_size: 0
        save_steps: 1
      measures:
        characters:
          {type: characters, path: "${world}/key-values.jsonl", format: prompt-completion, limit: 2, max_tokens: 40, every: 2}
        maths: {type: exact, path: "${world}", of: maths, limit: 2, max_tokens: 4}
        train_loss: {type: loss, limit: 2}
      factors:
        method:
          full: {}
          lora: {recipe.adapter: {type: lora, r: 2}}
          broken: {recipe.adapter: {type: lora, target_modules: [no_such_module]}}
        rate: {low: {recipe.learning_rate: 1e-4}, high: {}}
      rules:
        - {when: {method: [lora], rate: [high]}, set: {recipe.learning_rate: 5e-3}}
      scopes:
        quick: {seeds: 1, matrices: [{method: [full, lora], rate: [high]}]}
        default: {seeds: 2, matrices: [{method: [lora]}, {method: [full, lora], rate: [low]}]}
        failing: {seeds: 1, matrices: [{method: [broken, lora], rate: [low]}]}
      further: [{method: [lora], rate: [low]}]
      tune: {learning_rates: [1e-3, 1e-2], seeds: 1, matrices: [{method: [lora], rate: [low]}], select: characters}
      """
          .formatted(BASE);

  private Studies() {}

  static StudyFile write(Path folder, String yaml) {
    Path file = folder.resolve("small.yaml");
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return StudyFile.read(file, List.of(), List.of());
  }

  static StudyOptions options(Path folder, String scope, String... engines) {
    return new StudyOptions(
        folder.resolve("out"),
        scope,
        List.of(engines),
        Optional.empty(),
        Optional.of(2),
        false,
        "graft study run small");
  }

  /** Hears of runs that started and ended. */
  static final class Heard implements StudyListener {
    final List<String> started = Collections.synchronizedList(new ArrayList<>());
    final List<RunResult> ended = Collections.synchronizedList(new ArrayList<>());
    private final BiConsumer<PlannedRun, StepMetrics> onStep;

    Heard() {
      this((run, metrics) -> {});
    }

    Heard(BiConsumer<PlannedRun, StepMetrics> onStep) {
      this.onStep = onStep;
    }

    @Override
    public void onRunStart(PlannedRun run) {
      started.add(run.id());
    }

    @Override
    public void onStep(PlannedRun run, StepMetrics metrics) {
      onStep.accept(run, metrics);
    }

    @Override
    public void onRunEnd(PlannedRun run, RunResult result, double seconds) {
      ended.add(result);
    }
  }
}
