package dev.graft.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C while something runs that can end well: the first asks it to, the second ends the JVM at
 * once.
 */
final class Interrupts implements AutoCloseable {
  private static final String SIGNAL = "INT";

  /** What a shell reports for a command that Ctrl-C ended. */
  private static final int STATUS = 130;

  private final @Nullable Object before;

  private Interrupts(@Nullable Object before) {
    this.before = before;
  }

  /**
   * Starts to listen.
   *
   * @param first what the first Ctrl-C does, on a thread of its own
   */
  static Interrupts listen(Runnable first) {
    AtomicBoolean asked = new AtomicBoolean();
    return new Interrupts(
        Signals.register(
            SIGNAL,
            () -> {
              if (asked.compareAndSet(false, true)) {
                first.run();
              } else {
                Runtime.getRuntime().halt(STATUS);
              }
            }));
  }

  @Override
  public void close() {
    if (before != null) {
      Signals.unregister(SIGNAL, before);
    }
  }
}
