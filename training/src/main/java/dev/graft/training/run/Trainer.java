package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.tracking.RunEnd;
import dev.graft.training.tracking.TrackedRun;
import dev.graft.training.tracking.TrackingServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains as a recipe says. The run's folder holds {@code manifest.json}, {@code recipe.yaml} with
 * all defaults, {@code metrics.jsonl}, the same as {@code tensorboard}'s event file, checkpoints,
 * and in the end the adapter (or the model, when all weights are trained) and {@code summary.json}.
 * A run that died at any moment, trained again with the same recipe, goes on from its last
 * checkpoint and gives the numbers that the unbroken run would have given; on another engine, up to
 * rounding.
 */
public final class Trainer {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

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
   * Trains, or goes on training. A run may go on on another engine, device or number of threads,
   * which is logged and which its manifest records, but only in the same dtype.
   *
   * @throws GraftException whatever is wrong with recipe, model or data, before anything is
   *     written; {@code resume.mismatch}; {@code loss.not-finite}; {@code file.write}; {@code
   *     interrupted} after {@link #stop()}
   */
  public RunSummary train(Recipe recipe, ExistingRun existing, TrainingListener listener) {
    return train(recipe, existing, listener, Probe.NONE, List.of());
  }

  /**
   * Trains as {@link #train(Recipe, ExistingRun, TrainingListener)} does, and measures, while
   * servers follow the run.
   *
   * @throws GraftException also what the probe throws, and {@code tracking.unreachable} when a
   *     server fails before the first step
   */
  public RunSummary train(
      Recipe recipe,
      ExistingRun existing,
      TrainingListener listener,
      Probe probe,
      List<TrackingServer> servers) {
    Path path = Path.of(recipe.outputDir());
    refuseFinished(RunFolder.inspect(path), path, existing);
    PreparedRun run = prepare(recipe);
    Manifest manifest = Manifest.of(run);
    try (RunFolder folder = RunFolder.open(path)) {
      RunFolder.State state = RunFolder.inspect(path);
      refuseFinished(state, path, existing);
      boolean resuming = state == RunFolder.State.UNFINISHED && existing == ExistingRun.RESUME;
      Manifest begun = resuming ? folder.manifest() : manifest;
      manifest.checkSame(begun, path);
      try (Backend backend = run.openBackend()) {
        TrainingState training = new TrainingState(run, backend);
        Checkpoints checkpoints = new Checkpoints(path, run);
        Optional<Checkpoints.Saved> saved = resuming ? checkpoints.newest() : Optional.empty();
        saved.ifPresentOrElse(training::resume, training::initialise);
        if (!resuming && state != RunFolder.State.EMPTY) {
          folder.clear();
        }
        Progress progress = saved.map(Checkpoints.Saved::progress).orElse(Progress.start());
        String device = backend.capabilities().device();
        // Without a checkpoint the run begins again, and so does its manifest.
        folder.write(on(saved.isPresent() ? begun : manifest, run, device, progress.step()));
        folder.removeTemporaries();
        folder.writeRecipe(run.recipe());
        try (MetricsLog metrics =
                MetricsLog.open(folder, progress.metricsBytes(), servers, tracked(run, folder));
            TrainingLoop loop =
                new TrainingLoop(
                    run,
                    backend,
                    training,
                    progress.step(),
                    metrics,
                    checkpoints,
                    listener,
                    probe,
                    () -> stopping)) {
          try {
            listener.onStart(run, device, progress.step());
            Progress end = loop.run(progress);
            RunSummary summary = finish(folder, training, end, listener);
            metrics.ended(RunEnd.FINISHED);
            return summary;
          } catch (GraftException e) {
            metrics.ended(e.code() == ErrorCode.INTERRUPTED ? RunEnd.STOPPED : RunEnd.FAILED);
            throw e;
          }
        }
      }
    }
  }

  private static TrackedRun tracked(PreparedRun run, RunFolder folder) {
    Path path = folder.path().toAbsolutePath().normalize();
    return new TrackedRun(
        String.valueOf(path.getFileName()),
        folder.tracking(),
        Flat.of(Json.mapper().valueToTree(run.recipe().toMap())));
  }

  private static Manifest on(Manifest manifest, PreparedRun run, String device, int stepsDone) {
    List<String> changes = manifest.engines().goOn(run, device, stepsDone);
    if (!changes.isEmpty()) {
      boolean another = changes.stream().anyMatch(c -> c.startsWith("backend.type "));
      LOG.warn(
          "the run in '{}' goes on after step {} on {}: {}; its numbers agree with those of an"
              + " unbroken run only up to rounding",
          run.recipe().outputDir(),
          stepsDone,
          another ? "another engine" : "the same engine, but otherwise",
          String.join("; ", changes));
    }
    return manifest;
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
