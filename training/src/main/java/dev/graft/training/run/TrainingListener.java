package dev.graft.training.run;

import java.nio.file.Path;

/** Hears of a run's progress, on the thread that trains. What a listener throws ends the run. */
public interface TrainingListener {
  /**
   * The engine is open and the model loaded.
   *
   * @param device where the run computes
   * @param stepsDone the steps that an interrupted run had done already
   */
  default void onStart(PreparedRun run, String device, int stepsDone) {}

  default void onStep(StepMetrics metrics) {}

  /**
   * The adapter has been merged into the weights and starts anew.
   *
   * @param stepsDone the steps before it
   * @param merges how many merges there have been
   */
  default void onRestart(int stepsDone, int merges) {}

  default void onEval(EvalMetrics metrics) {}

  /** A {@link Probe} has measured. */
  default void onMeasure(MeasureMetrics metrics) {}

  default void onCheckpoint(int step, Path checkpoint) {}

  default void onEnd(RunSummary summary) {}
}
