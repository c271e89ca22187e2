package dev.graft.tracking.mlflow;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.mlflow.tracking.MlflowClient;

/**
 * Calls a server one after the other, on a thread of their own that keeps nothing alive, so that a
 * slow server holds up no training.
 */
final class Calls {
  /** How long one waits for a server at the begin and at the end of a run. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String uri;
  private final MlflowClient client;
  private final ThreadPoolExecutor thread;

  Calls(String uri, MlflowClient client) {
    this.uri = uri;
    this.client = client;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            PATIENCE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread t = new Thread(task, "graft-mlflow");
              t.setDaemon(true);
              return t;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  String uri() {
    return uri;
  }

  MlflowClient client() {
    return client;
  }

  /** Does something later. */
  void later(Runnable task) {
    thread.execute(task);
  }

  /**
   * Asks for what a run cannot begin without.
   *
   * @throws GraftException {@code tracking.unreachable}
   */
  <T> T need(Function<MlflowClient, T> question) {
    Future<T> answer = thread.submit(() -> question.apply(client));
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw unreachable(cause(e), e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unreachable("no answer within " + PATIENCE.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable("the wait was interrupted", e);
    }
  }

  private GraftException unreachable(String problem, Exception e) {
    return new GraftException(
        ErrorCode.TRACKING_UNREACHABLE,
        "expected an MLflow server at "
            + uri
            + ", received: "
            + problem
            + "; start it, correct --mlflow or MLFLOW_TRACKING_URI, or train without it",
        e);
  }

  /** The innermost reason, which is the one that says something. */
  static String cause(Throwable e) {
    Throwable inner = e;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String text = inner.getMessage();
    return text == null ? inner.getClass().getSimpleName() : text.strip().replaceAll("\\s+", " ");
  }
}
