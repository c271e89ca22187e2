package dev.graft.training.run;

/** What becomes of a run that {@code output_dir} holds already. */
public enum ExistingRun {
  /** An unfinished one goes on where its last checkpoint is; a finished one is refused. */
  RESUME,
  /** It is discarded. */
  RESTART
}
