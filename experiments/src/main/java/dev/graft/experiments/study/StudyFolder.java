package dev.graft.experiments.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyJson;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.FolderLock;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.files.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A study's folder, held by one process at a time through a lock that the system releases when the
 * process dies.
 *
 * <pre>
 * runs/ID/        the folder of a run
 * runs/ID.json    its result, written last: a run that has one is done
 * base/ID.json    measures of a base model
 * world-ID/       the generated world
 * </pre>
 */
final class StudyFolder implements AutoCloseable {
  private final Path path;
  private final FolderLock lock;

  private StudyFolder(Path path, FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a folder, made where it is not there.
   *
   * @throws GraftException {@code usage} when another study runs there, {@code file.write}
   */
  static StudyFolder open(Path path) {
    try {
      Files.createDirectories(path.resolve("runs"));
      Files.createDirectories(path.resolve("base"));
      FolderLock lock =
          FolderLock.take(path)
              .orElseThrow(
                  () ->
                      new GraftException(
                          ErrorCode.USAGE,
                          "expected to be the only study in '"
                              + path
                              + "', but another process runs one there; wait for it or choose"
                              + " another folder with --out"));
      return new StudyFolder(path, lock);
    } catch (IOException e) {
      throw AtomicFile.failure(path, e);
    }
  }

  Path runs() {
    return path.resolve("runs");
  }

  /** The generated world, written where it is not there. */
  Path world(WorldSpec spec) {
    String id = Sha256.of(spec.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 10);
    Path folder = path.resolve("world-" + id);
    if (!Files.isDirectory(folder)) {
      spec.files().write(folder);
    }
    return folder;
  }

  /** What a run gave; empty where it is not done. */
  Optional<RunResult> result(PlannedRun run) {
    Path file = runs().resolve(run.id() + ".json");
    return Files.exists(file) ? Optional.of(StudyJson.readRun(file)) : Optional.empty();
  }

  void write(PlannedRun run, RunResult result) {
    StudyJson.writeRun(runs().resolve(run.id() + ".json"), result);
  }

  /** Measures of a base model; empty where they are not there. */
  Optional<Map<String, Double>> base(String id) {
    Path file = base().resolve(id + ".json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, Double> out = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : Json.object(file).properties()) {
      if (!e.getValue().isNumber()) {
        throw Reading.malformed(
            file, "expected numbers, received " + e.getValue() + " for '" + e.getKey() + "'");
      }
      out.put(e.getKey(), e.getValue().asDouble());
    }
    return Optional.of(out);
  }

  void writeBase(String id, Map<String, Double> measures) {
    ObjectNode json = Json.mapper().createObjectNode();
    measures.forEach(json::put);
    AtomicFile.writeString(base().resolve(id + ".json"), Json.pretty(json));
  }

  private Path base() {
    return path.resolve("base");
  }

  /** Removes what of a finished run only resuming and using its weights need. */
  void tidy(PlannedRun run) {
    Path folder = runs().resolve(run.id());
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.startsWith("checkpoint-") || name.equals("adapter") || name.equals("model")) {
        AtomicFolder.remove(file);
      }
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw AtomicFile.failure(path, e);
    }
  }
}
