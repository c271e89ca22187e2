package dev.graft.experiments.results;

/** How far a run of a study is. */
public enum RunStatus {
  /** All of its measures are there. */
  FINISHED,
  /** It ended with an error; the others went on. */
  FAILED,
  /** It has not run, or not to its end. */
  MISSING
}
