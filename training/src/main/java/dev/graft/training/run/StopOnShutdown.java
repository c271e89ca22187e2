package dev.graft.training.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a run end well when the JVM is asked to (Ctrl-C, SIGTERM): asks it to stop and holds the
 * shutdown back until the run has written its checkpoint.
 */
public final class StopOnShutdown {
  private static final Logger LOG = LoggerFactory.getLogger(StopOnShutdown.class);
  private static final long MOST_MINUTES = 10;

  private final Runnable ask;
  private final CountDownLatch ended = new CountDownLatch(1);

  private StopOnShutdown(Runnable ask) {
    this.ask = ask;
  }

  /**
   * Does something that can be asked to stop. When the JVM is shut down meanwhile, the rest of the
   * shutdown waits for the action, which should therefore include telling the user how the run
   * ended.
   *
   * @param ask asks it to stop, from another thread; as {@link Trainer#stop()}
   */
  public static <T> T around(Runnable ask, Supplier<T> action) {
    StopOnShutdown guard = new StopOnShutdown(ask);
    Thread hook = new Thread(guard::stop, "graft-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return action.get();
    } finally {
      guard.ended.countDown();
      remove(hook);
    }
  }

  private void stop() {
    ask.run();
    try {
      if (!ended.await(MOST_MINUTES, TimeUnit.MINUTES)) {
        LOG.error("the run did not end within {} minutes after it was asked to", MOST_MINUTES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("the shutdown is under way, and its hook has run", e);
    }
  }
}
