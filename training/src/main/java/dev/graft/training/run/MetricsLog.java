package dev.graft.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.training.tracking.EventFile;
import dev.graft.training.tracking.Scalar;
import dev.graft.training.tracking.Tracker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run measures: {@code metrics.jsonl}, which is the record, and what is made of it for
 * others to watch.
 */
final class MetricsLog implements AutoCloseable {
  private static final String STEP = "step";

  private final MetricsFile file;
  private final Tracker tracker;

  private MetricsLog(MetricsFile file, Tracker tracker) {
    this.file = file;
    this.tracker = tracker;
  }

  /**
   * Opens the metrics of a run. The event file is written anew from the lines that stay, so that no
   * step stands there twice.
   *
   * @param bytes how much of {@code metrics.jsonl} stays
   */
  static MetricsLog open(RunFolder folder, long bytes) {
    MetricsFile file = MetricsFile.open(folder.metrics(), bytes);
    MetricsLog out;
    try {
      out = new MetricsLog(file, EventFile.begin(folder.tensorboard(), now()));
    } catch (GraftException e) {
      file.close();
      throw e;
    }
    try {
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
        Scalar.of(Json.mapper().readTree(line), now).forEach(tracker::write);
      }
    } catch (JsonProcessingException e) {
      throw Reading.malformed(
          metrics, "expected a JSON object in every line: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw Reading.failure(metrics, e);
    }
    tracker.flush();
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
    JsonNode json = Json.mapper().valueToTree(line);
    Scalar.of(json, now).forEach(tracker::write);
    if (!STEP.equals(line.get("type"))) {
      tracker.flush(); // Evaluations are few, and what one waits for.
    }
  }

  /** Makes sure that all lines are on the device; gives the size of {@code metrics.jsonl}. */
  long flush() {
    tracker.flush();
    return file.flush();
  }

  @Override
  public void close() {
    try (file) {
      tracker.close();
    }
  }
}
