package dev.graft.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.training.tracking.EventFile;
import dev.graft.training.tracking.RunEnd;
import dev.graft.training.tracking.Scalar;
import dev.graft.training.tracking.TrackedRun;
import dev.graft.training.tracking.Tracker;
import dev.graft.training.tracking.TrackingServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run measures: {@code metrics.jsonl}, which is the record, and what is made of it for
 * others to watch.
 */
final class MetricsLog implements AutoCloseable {
  private static final String STEP = "step";

  private final MetricsFile file;
  private final List<Tracker> trackers = new ArrayList<>();

  private MetricsLog(MetricsFile file) {
    this.file = file;
  }

  /**
   * Opens the metrics of a run. The event file is written anew from the lines that stay, so that no
   * step stands there twice.
   *
   * @param bytes how much of {@code metrics.jsonl} stays
   * @param servers who else follows the run
   */
  static MetricsLog open(
      RunFolder folder, long bytes, List<TrackingServer> servers, TrackedRun tracked) {
    MetricsLog out = new MetricsLog(MetricsFile.open(folder.metrics(), bytes));
    try {
      out.trackers.add(EventFile.begin(folder.tensorboard(), now()));
      servers.forEach(s -> out.trackers.add(s.track(tracked)));
      out.replay(folder.metrics());
    } catch (GraftException e) {
      out.close();
      throw e;
    }
    return out;
  }

  private void replay(Path metrics) {
    double now = now();
    try (BufferedReader lines = Files.newBufferedReader(metrics)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        write(Json.mapper().readTree(line), now);
      }
    } catch (JsonProcessingException e) {
      throw Reading.malformed(
          metrics, "expected a JSON object in every line: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw Reading.failure(metrics, e);
    }
    trackers.forEach(Tracker::flush);
  }

  private void write(JsonNode line, double now) {
    for (Scalar s : Scalar.of(line, now)) {
      trackers.forEach(t -> t.write(s));
    }
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  /** Appends a line, with the time. */
  void append(Map<String, Object> metrics) {
    Map<String, Object> line = new LinkedHashMap<>(metrics);
    double now = now();
    line.put("time", now);
    file.append(line);
    write(Json.mapper().valueToTree(line), now);
    if (!STEP.equals(line.get("type"))) {
      trackers.forEach(Tracker::flush); // Evaluations are few, and what one waits for.
    }
  }

  /** Makes sure that all lines are on the device; gives the size of {@code metrics.jsonl}. */
  long flush() {
    trackers.forEach(Tracker::flush);
    return file.flush();
  }

  /** Tells those who follow the run how it ended. */
  void ended(RunEnd end) {
    trackers.forEach(t -> t.ended(end));
  }

  @Override
  public void close() {
    try (file) {
      List<GraftException> failures = new ArrayList<>();
      for (Tracker t : trackers) {
        try {
          t.close();
        } catch (GraftException e) {
          failures.add(e);
        }
      }
      if (!failures.isEmpty()) {
        GraftException first = failures.get(0);
        failures.subList(1, failures.size()).forEach(first::addSuppressed);
        throw first;
      }
    }
  }
}
