package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Trains as a recipe says. The run's folder holds {@code manifest.json}, {@code recipe.yaml} with
 * all defaults, {@code metrics.jsonl}, checkpoints, and in the end the adapter (or the model, when
 * all weights are trained) and {@code summary.json}. A run that died at any moment, trained again
 * with the same recipe, goes on from its last checkpoint and gives the numbers that the unbroken
 * run would have given.
 */
public final class Trainer {
  private final Plugins plugins;
  private final EncoderSource encoders;
  private volatile boolean stopping;

  public Trainer(Plugins plugins) {
    this(plugins, new FolderEncoder());
  }

  /** A trainer with other tokenizers than those in the models' folders. */
  public Trainer(Plugins plugins, EncoderSource encoders) {
    this.plugins = plugins;
    this.encoders = encoders;
  }

  /**
   * Asks a run to end: it finishes its step, writes a checkpoint and fails with {@code
   * interrupted}. May be called from any thread.
   */
  public void stop() {
    stopping = true;
  }

  /** Prepares a run as {@link #train} does, for looking at what it would do. */
  public PreparedRun prepare(Recipe recipe) {
    return PreparedRun.of(plugins, recipe, encoders);
  }

  /**
   * Trains, or goes on training.
   *
   * @throws GraftException whatever is wrong with recipe, model or data, before anything is
   *     written; {@code resume.mismatch}; {@code loss.not-finite}; {@code file.write}; {@code
   *     interrupted} after {@link #stop()}
   */
  public RunSummary train(Recipe recipe, ExistingRun existing, TrainingListener listener) {
    Path path = Path.of(recipe.outputDir());
    refuseFinished(RunFolder.inspect(path), path, existing);
    PreparedRun run = prepare(recipe);
    Manifest manifest = Manifest.of(run);
    try (RunFolder folder = RunFolder.open(path)) {
      RunFolder.State state = RunFolder.inspect(path);
      refuseFinished(state, path, existing);
      boolean resuming = state == RunFolder.State.UNFINISHED && existing == ExistingRun.RESUME;
      if (resuming) {
        manifest.checkSame(folder.manifest(), path);
      }
      try (Backend backend = run.openBackend()) {
        TrainingState training = new TrainingState(run, backend);
        Checkpoints checkpoints = new Checkpoints(path, run);
        Optional<Checkpoints.Saved> saved = resuming ? checkpoints.newest() : Optional.empty();
        saved.ifPresentOrElse(s -> s.load(backend), training::initialise);
        if (!resuming) {
          if (state != RunFolder.State.EMPTY) {
            folder.clear();
          }
          folder.begin(manifest.on(backend.capabilities().device()));
        }
        folder.removeTemporaries();
        folder.writeRecipe(run.recipe());
        Progress progress = saved.map(Checkpoints.Saved::progress).orElse(Progress.start());
        try (MetricsFile metrics = MetricsFile.open(folder.metrics(), progress.metricsBytes());
            TrainingLoop loop =
                new TrainingLoop(run, backend, metrics, checkpoints, listener, () -> stopping)) {
          listener.onStart(run, backend.capabilities().device(), progress.step());
          Progress end = loop.run(progress);
          return finish(folder, training, end, listener);
        }
      }
    }
  }

  private static RunSummary finish(
      RunFolder folder, TrainingState training, Progress end, TrainingListener listener) {
    Path result = training.export(folder);
    RunSummary summary =
        new RunSummary(
            folder.path(),
            end.step(),
            end.tokens(),
            end.trainedTokens(),
            end.loss(),
            Optional.ofNullable(end.firstEvalLoss()),
            Optional.ofNullable(end.bestEvalLoss()),
            Optional.ofNullable(end.lastEvalLoss()),
            result);
    folder.finish(Json.pretty(summary.content()));
    listener.onEnd(summary);
    return summary;
  }

  private static void refuseFinished(RunFolder.State state, Path path, ExistingRun existing) {
    if (state == RunFolder.State.FINISHED && existing == ExistingRun.RESUME) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a new or unfinished run in '"
              + path
              + "', received a finished one; choose another output_dir, or restart the run, which"
              + " discards what is there");
    }
  }
}
