package dev.graft.cli;

import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** Rows as they are tokenized and masked: a bar on a terminal, when it takes over two seconds. */
final class PreviewProgress implements AutoCloseable {
  private static final long QUIET_NANOS = 2_000_000_000L;

  private final Session session;
  private final long start = System.nanoTime();
  private long rows;
  private @Nullable ProgressBar bar;

  PreviewProgress(Session session) {
    this.session = session;
  }

  void row() {
    rows++;
    if (bar != null) {
      bar.stepTo(rows);
    } else if (session.terminal() && System.nanoTime() - start > QUIET_NANOS) {
      bar = TrainingReport.bar("rows", -1, Math.toIntExact(rows));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
