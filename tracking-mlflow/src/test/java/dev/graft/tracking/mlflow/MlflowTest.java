package dev.graft.tracking.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.tracking.RunEnd;
import dev.graft.training.tracking.Scalar;
import dev.graft.training.tracking.TrackedRun;
import dev.graft.training.tracking.Tracker;
import dev.graft.training.tracking.TrackingServer;
import dev.graft.training.tracking.TrackingService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MlflowTest {
  @TempDir Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private TrackingServer connect() {
    return TrackingService.named("mlflow").connect(server.uri(), "small models & more");
  }

  private TrackedRun run(Map<String, String> parameters) {
    return new TrackedRun("lora-8", folder.resolve("run/tracking"), parameters);
  }

  private Tracker track() {
    return connect().track(run(Map.of("seed", "5")));
  }

  private static Scalar loss(int step) {
    return new Scalar("train/loss", step, 1.0 / step, 1.7e9 + step);
  }

  /** The steps of a run on the server, in the order in which they came. */
  private List<Integer> steps(String id) {
    List<Integer> out = new ArrayList<>();
    for (JsonNode m : server.run(id).at("/data/metrics")) {
      out.add(m.path("step").asInt());
    }
    return out;
  }

  private String status(String id) {
    return server.run(id).at("/info/status").asText();
  }

  @Test
  void aRunIsFiledWithItsRecipeAndMetrics() {
    Map<String, String> parameters = new TreeMap<>();
    for (int i = 0; i < 150; i++) {
      parameters.put("datasets[" + i + "].path", "x".repeat(i * 5));
    }
    try (Tracker tracker = connect().track(run(parameters))) {
      for (int step = 1; step <= 2500; step++) {
        tracker.write(loss(step));
      }
      tracker.write(new Scalar("eval/loss", 2500, 0.5, 1.7e9 + 0.25));
      tracker.ended(RunEnd.FINISHED);
    }
    assertThat(server.experiments).containsOnlyKeys("small models & more");
    ObjectNode run = server.run("run0");
    assertThat(run.at("/info/run_name").asText()).isEqualTo("lora-8");
    assertThat(run.at("/info/experiment_id").asText()).isEqualTo("1");
    assertThat(status("run0")).isEqualTo("FINISHED");
    assertThat(run.at("/data/params")).hasSize(150);
    assertThat(run.at("/data/params").findValuesAsText("key"))
        .contains("datasets.0.path", "datasets.149.path");
    assertThat(run.at("/data/params").findValuesAsText("value")).contains("x".repeat(500));
    assertThat(steps("run0")).hasSize(2501).doesNotContain(0);
    JsonNode metric = run.at("/data/metrics/1");
    assertThat(metric.get("key").asText()).isEqualTo("train/loss");
    assertThat(metric.get("value").asDouble()).isEqualTo(0.5);
    assertThat(metric.get("timestamp").asLong()).isEqualTo(1_700_000_002_000L);
    assertThat(run.at("/data/metrics/2500/timestamp").asLong()).isEqualTo(1_700_000_000_250L);
  }

  @Test
  void aRunThatGoesOnDoesSoThereAndNothingIsThereTwice() {
    try (Tracker tracker = track()) {
      tracker.write(loss(1));
      tracker.write(loss(2));
      tracker.ended(RunEnd.STOPPED);
    }
    assertThat(status("run0")).isEqualTo("KILLED");
    try (Tracker tracker = track()) {
      assertThat(status("run0")).isEqualTo("RUNNING");
      for (int step = 1; step <= 4; step++) {
        tracker.write(loss(step));
      }
      tracker.write(new Scalar("eval/loss", 0, 3, 1.7e9));
      tracker.ended(RunEnd.FINISHED);
    }
    assertThat(server.runs).containsOnlyKeys("run0");
    assertThat(steps("run0")).containsExactly(1, 2, 3, 4, 0);
    assertThat(status("run0")).isEqualTo("FINISHED");
    assertThat(server.experiments).hasSize(1);
    // One that was removed there begins anew, and has everything.
    server.runs.put("another", server.run("run0"));
    server.runs.remove("run0");
    try (Tracker tracker = track()) {
      tracker.write(loss(1));
    }
    assertThat(steps("run1")).containsExactly(1);
    assertThat(status("run1")).isEqualTo("FAILED");
  }

  @Test
  void aServerThatFailsGetsLaterWhatItMissed() throws InterruptedException {
    try (Tracker tracker = track()) {
      tracker.write(loss(1));
      tracker.flush();
      waitFor("runs/log-batch", 2); // the first are the parameters
      server.broken = true;
      tracker.write(loss(2));
      tracker.flush();
      waitFor("runs/log-batch", 3);
      server.broken = false;
      tracker.write(loss(3));
      tracker.ended(RunEnd.FINISHED);
    }
    assertThat(steps("run0")).containsExactly(1, 2, 3);
  }

  private void waitFor(String call, int times) throws InterruptedException {
    for (int i = 0; i < 2000; i++) {
      synchronized (server) {
        if (server.calls.stream().filter(call::equals).count() >= times) {
          return;
        }
      }
      Thread.sleep(5);
    }
    throw new AssertionError("expected " + times + " times " + call + ", received " + server.calls);
  }

  @Test
  void aServerThatDiesEndsNoRun() {
    try (Tracker tracker = track()) {
      tracker.write(loss(1));
      server.close();
      tracker.flush();
      tracker.write(loss(2));
      tracker.ended(RunEnd.FINISHED);
    }
    assertThat(server.runs).hasSize(1);
  }

  @Test
  void aServerThatDoesNotAnswerIsNamedBeforeAnythingBegins() {
    server.close();
    GraftException e = catchThrowableOfType(GraftException.class, this::connect);
    assertThat(e.code()).isEqualTo(ErrorCode.TRACKING_UNREACHABLE);
    assertThat(e.getMessage())
        .startsWith("expected an MLflow server at " + server.uri() + ", received: ")
        .contains("refused")
        .contains("correct --mlflow or MLFLOW_TRACKING_URI, or train without it")
        .doesNotContain("\n");
  }

  @Test
  void aServerThatRefusesIsQuoted() {
    server.broken = true;
    GraftException e = catchThrowableOfType(GraftException.class, this::connect);
    assertThat(e.code()).isEqualTo(ErrorCode.TRACKING_UNREACHABLE);
    assertThat(e.getMessage()).contains("503").contains("out of order");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:5000", "file:///mlruns", "http://", "a b", "databricks"})
  void whatIsNoAddressIsRefused(String uri) {
    GraftException e =
        catchThrowableOfType(
            GraftException.class, () -> TrackingService.named("mlflow").connect(uri, "x"));
    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
    assertThat(e).hasMessageContaining("received '" + uri + "'");
  }

  @Test
  void anUnknownServiceIsRefused() {
    GraftException e =
        catchThrowableOfType(GraftException.class, () -> TrackingService.named("mlfow"));
    assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_UNKNOWN);
    assertThat(e).hasMessageContaining("'mlfow'").hasMessageContaining("[mlflow]");
  }
}
