package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.models.files.Json;
import dev.graft.training.tracking.EventReader;
import dev.graft.training.tracking.RunEnd;
import dev.graft.training.tracking.Scalar;
import dev.graft.training.tracking.TrackedRun;
import dev.graft.training.tracking.Tracker;
import dev.graft.training.tracking.TrackingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The event file of a run says what {@code metrics.jsonl} says, however often it was broken off.
 */
final class RunEventsTest {
  @TempDir Path folder;

  private static List<Scalar> events(Workspace w, String run) {
    return EventReader.scalars(EventReader.only(w.path(run + "/tensorboard")));
  }

  /** What the lines of a run's metrics tell, in f32. */
  private static List<Scalar> lines(Workspace w, String run) throws IOException {
    List<Scalar> out = new ArrayList<>();
    for (String line : Files.readAllLines(w.path(run + "/metrics.jsonl"))) {
      JsonNode json = Json.mapper().readTree(line);
      assertThat(json.get("time").asDouble()).isGreaterThan(1.7e9);
      Scalar.of(json, -1)
          .forEach(s -> out.add(new Scalar(s.tag(), s.step(), (float) s.value(), s.time())));
    }
    return out;
  }

  @Test
  void eventsAreTheMetricsAlsoOfARunThatWasResumed() throws IOException {
    Workspace w = Workspace.create(folder);
    w.trainUntil(5, "save_steps=100");
    List<Scalar> before = events(w, "run");
    assertThat(before).isEqualTo(lines(w, "run"));
    assertThat(before).extracting(Scalar::tag).contains("eval/loss", "train/grad_norm");
    w.train("save_steps=100");
    List<Scalar> all = events(w, "run");
    assertThat(all).isEqualTo(lines(w, "run")).startsWith(before.toArray(Scalar[]::new));
    assertThat(all).extracting(s -> s.tag() + " " + s.step()).doesNotHaveDuplicates();
  }

  @Test
  void stepsAfterTheLastCheckpointAreForgotten() throws IOException {
    Workspace w = Workspace.create(folder);
    w.trainUntil(3);
    // What a killed process leaves behind its checkpoint.
    String metrics = "run/metrics.jsonl";
    String torn = "{\"type\":\"step\",\"step\":4,\"loss\":9,\"time\":1}\n{\"type\":\"st";
    w.write(metrics, Files.readString(w.path(metrics)) + torn);
    w.train();
    assertThat(events(w, "run")).isEqualTo(lines(w, "run"));
    assertThat(events(w, "run")).extracting(Scalar::value).doesNotContain(9.0);
  }

  @Test
  void aRestartBeginsANewFile() {
    Workspace w = Workspace.create(folder);
    w.train("max_steps=3");
    Workspace.trainer()
        .train(w.recipe("max_steps=1"), ExistingRun.RESTART, new TrainingListener() {});
    assertThat(events(w, "run")).extracting(Scalar::step).containsOnly(0L, 1L);
  }

  /** Keeps what it hears. */
  private static final class Recorder implements TrackingServer, Tracker {
    private final List<String> heard = new ArrayList<>();

    @Override
    public Tracker track(TrackedRun run) {
      heard.add(run.name() + " " + run.state().getFileName() + " " + run.parameters().get("seed"));
      return this;
    }

    @Override
    public void write(Scalar s) {
      if (s.tag().equals("train/loss")) {
        heard.add(String.valueOf(s.step()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void ended(RunEnd end) {
      heard.add(end.name());
    }

    @Override
    public void close() {
      heard.add("closed");
    }
  }

  @Test
  void aServerHearsEverythingFromTheStartAndHowARunEnds() {
    Workspace w = Workspace.create(folder);
    Recorder recorder = new Recorder();
    Trainer trainer = Workspace.trainer();
    TrainingListener stop =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics m) {
            trainer.stop();
          }
        };
    List<TrackingServer> servers = List.of(recorder);
    assertThatThrownBy(
            () ->
                trainer.train(
                    w.recipe("max_steps=2"), ExistingRun.RESUME, stop, Probe.NONE, servers))
        .hasMessageContaining("asked to stop");
    Workspace.trainer()
        .train(
            w.recipe("max_steps=2"),
            ExistingRun.RESUME,
            new TrainingListener() {},
            Probe.NONE,
            servers);
    assertThat(recorder.heard)
        .containsExactly(
            "run tracking 5",
            "1",
            "STOPPED",
            "closed",
            "run tracking 5",
            "1",
            "2",
            "FINISHED",
            "closed");
  }
}
