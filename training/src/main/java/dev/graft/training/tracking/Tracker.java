package dev.graft.training.tracking;

/**
 * Takes the metrics of one run, all from its start on, in the order of {@code metrics.jsonl}; those
 * from before a resume come again. Used by the thread that trains.
 */
public interface Tracker extends AutoCloseable {
  /** Takes a number; it may be kept back until {@link #flush()}. */
  void write(Scalar scalar);

  /** Lets others see what was kept back. */
  void flush();

  /** Hears how the run ended, if it does so in order; then it is closed. */
  default void ended(RunEnd end) {}

  /** Flushes and lets go. */
  @Override
  void close();
}
