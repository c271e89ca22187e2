package dev.graft.training.tracking;

/** Takes the metrics of one run, all from its start on, in the order of {@code metrics.jsonl}. */
public interface Tracker extends AutoCloseable {
  /** Takes a number; it may be kept back until {@link #flush()}. */
  void write(Scalar scalar);

  /** Lets others see what was kept back. */
  void flush();

  /** Flushes and lets go. */
  @Override
  void close();
}
