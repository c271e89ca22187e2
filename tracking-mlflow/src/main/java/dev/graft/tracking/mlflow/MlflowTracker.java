package dev.graft.tracking.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import dev.graft.training.tracking.RunEnd;
import dev.graft.training.tracking.Scalar;
import dev.graft.training.tracking.TrackedRun;
import dev.graft.training.tracking.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run on an MLflow server. Which one it is stands in {@code mlflow.json}: a run that goes on does
 * so there too, and sends only what the server has not got. What cannot be sent is kept and tried
 * again with what comes next.
 */
final class MlflowTracker implements Tracker {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowTracker.class);
  private static final String STATE = "mlflow.json";
  private static final int NOT_FOUND = 404;

  // What the server takes in one request, and how long a text.
  private static final int MOST_METRICS = 1000;
  private static final int MOST_PARAMETERS = 100;
  private static final int LONGEST_PARAMETER = 500;

  private static final int OFTEN = 500;
  private static final long OFTEN_NANOS = Duration.ofSeconds(5).toNanos();

  private final Calls calls;
  private final String runId;
  private final Map<String, Long> known;
  private final Deque<Scalar> waiting = new ArrayDeque<>();
  private final AtomicBoolean asked = new AtomicBoolean();
  private boolean failing;
  private long flushed = System.nanoTime();
  private RunStatus status = RunStatus.FAILED;

  /**
   * A run.
   *
   * @param known the newest step that the server has, by what was measured
   */
  private MlflowTracker(Calls calls, String runId, Map<String, Long> known) {
    this.calls = calls;
    this.runId = runId;
    this.known = known;
  }

  /**
   * Begins a run or goes on with one.
   *
   * @throws GraftException {@code tracking.unreachable}
   */
  static MlflowTracker begin(Calls calls, String experiment, TrackedRun run) {
    Path state = run.state().resolve(STATE);
    Optional<Run> before =
        previous(state, calls.uri(), experiment).flatMap(id -> calls.need(c -> find(c, id)));
    if (before.isPresent()) {
      String id = before.get().getInfo().getRunId();
      calls.need(c -> c.sendPost("runs/update", running(id)));
      Map<String, Long> known = new HashMap<>();
      for (Metric m : before.get().getData().getMetricsList()) {
        known.merge(m.getKey(), m.getStep(), Math::max);
      }
      return new MlflowTracker(calls, id, known);
    }
    String id = calls.need(c -> create(c, experiment, run));
    write(state, Map.of("tracking_uri", calls.uri(), "experiment_id", experiment, "run_id", id));
    return new MlflowTracker(calls, id, Map.of());
  }

  private static Optional<String> previous(Path state, String uri, String experiment) {
    if (Files.notExists(state)) {
      return Optional.empty();
    }
    JsonNode json = Json.object(state);
    boolean same =
        json.path("tracking_uri").asText().equals(uri)
            && json.path("experiment_id").asText().equals(experiment);
    return same ? Optional.of(json.path("run_id").asText()) : Optional.empty();
  }

  private static void write(Path state, Map<String, String> content) {
    try {
      Files.createDirectories(state.getParent());
    } catch (IOException e) {
      throw AtomicFile.failure(state, e);
    }
    AtomicFile.writeString(state, Json.pretty(content));
  }

  private static Optional<Run> find(MlflowClient client, String id) {
    try {
      return Optional.of(client.getRun(id));
    } catch (MlflowHttpException e) {
      if (e.getStatusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String running(String id) {
    return Json.mapper().createObjectNode().put("run_id", id).put("status", "RUNNING").toString();
  }

  private static String create(MlflowClient client, String experiment, TrackedRun run) {
    String id =
        client
            .createRun(
                CreateRun.newBuilder()
                    .setExperimentId(experiment)
                    .setRunName(run.name())
                    .setStartTime(System.currentTimeMillis())
                    .addTags(RunTag.newBuilder().setKey("mlflow.source.name").setValue("graft"))
                    .build())
            .getRunId();
    List<Param> params = new ArrayList<>();
    run.parameters().forEach((key, value) -> params.add(parameter(key, value)));
    for (int i = 0; i < params.size(); i += MOST_PARAMETERS) {
      List<Param> some = params.subList(i, Math.min(i + MOST_PARAMETERS, params.size()));
      client.logBatch(id, List.of(), some, List.of());
    }
    return id;
  }

  /** A parameter; brackets are not among the characters of a name. */
  private static Param parameter(String key, String value) {
    String name = key.replaceAll("\\[(\\d+)]", ".$1").replaceAll("[^\\w\\-. /]", "_");
    String text = value.substring(0, Math.min(value.length(), LONGEST_PARAMETER));
    return Param.newBuilder().setKey(name).setValue(text).build();
  }

  @Override
  public void write(Scalar s) {
    if (s.step() <= known.getOrDefault(s.tag(), -1L)) {
      return;
    }
    int size;
    synchronized (waiting) {
      waiting.addLast(s);
      size = waiting.size();
    }
    if (size % OFTEN == 0 || System.nanoTime() - flushed > OFTEN_NANOS) {
      flush();
    }
  }

  @Override
  public void flush() {
    flushed = System.nanoTime();
    if (asked.compareAndSet(false, true)) {
      calls.later(this::send);
    }
  }

  /** Sends what waits; on the thread of the calls. */
  private void send() {
    asked.set(false);
    try {
      for (List<Scalar> some = next(); !some.isEmpty(); some = next()) {
        List<Metric> metrics = some.stream().map(MlflowTracker::metric).toList();
        calls.client().logBatch(runId, metrics, List.of(), List.of());
        synchronized (waiting) {
          some.forEach(s -> waiting.removeFirst());
        }
      }
      failing = false;
    } catch (RuntimeException e) { // whatever the client throws: the run matters more
      if (!failing) {
        LOG.warn(
            "the MLflow server at {} does not take metrics: {}; the run goes on, and they are sent"
                + " when it takes them again",
            calls.uri(),
            Calls.cause(e));
      }
      failing = true;
    }
  }

  private List<Scalar> next() {
    synchronized (waiting) {
      return waiting.stream().limit(MOST_METRICS).toList();
    }
  }

  private static Metric metric(Scalar s) {
    return Metric.newBuilder()
        .setKey(s.tag())
        .setStep(s.step())
        .setValue(s.value())
        .setTimestamp(Math.round(s.time() * 1e3))
        .build();
  }

  @Override
  public void ended(RunEnd end) {
    status =
        switch (end) {
          case FINISHED -> RunStatus.FINISHED;
          case STOPPED -> RunStatus.KILLED;
          case FAILED -> RunStatus.FAILED;
        };
  }

  @Override
  public void close() {
    try {
      calls.need(
          c -> {
            send();
            c.setTerminated(runId, status);
            return status;
          });
    } catch (GraftException e) {
      LOG.warn("the MLflow server does not know how the run ended: {}", e.getMessage());
    }
    int left;
    synchronized (waiting) {
      left = waiting.size();
    }
    if (left > 0) {
      LOG.warn("{} values are not on the MLflow server; metrics.jsonl has them all", left);
    }
  }
}
