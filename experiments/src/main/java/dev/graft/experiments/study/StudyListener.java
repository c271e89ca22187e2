package dev.graft.experiments.study;

import dev.graft.experiments.results.RunResult;
import dev.graft.training.run.StepMetrics;

/** Hears of a study's progress, on the threads of its runs: it has to take several at once. */
public interface StudyListener {
  /**
   * The runs are known.
   *
   * @param done how many of them are there already
   * @param jobs how many run at once
   */
  default void onPlan(StudyPlan plan, int done, int jobs) {}

  /** A base model is being measured. */
  default void onBase(String engine) {}

  default void onRunStart(PlannedRun run) {}

  default void onStep(PlannedRun run, StepMetrics metrics) {}

  /** A run has finished or failed. */
  default void onRunEnd(PlannedRun run, RunResult result, double seconds) {}
}
