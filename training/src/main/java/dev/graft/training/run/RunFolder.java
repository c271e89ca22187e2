package dev.graft.training.run;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.FolderLock;
import dev.graft.models.files.Reading;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a run, held by one process at a time through a lock that the system releases when
 * the process dies. The manifest is written first: a folder without one holds no run.
 */
final class RunFolder implements AutoCloseable {
  private static final String MANIFEST = "manifest.json";
  private static final String SUMMARY = "summary.json";
  private static final String RECIPE = "recipe.yaml";
  private static final String METRICS = "metrics.jsonl";
  private static final String TENSORBOARD = "tensorboard";
  private static final String TRACKING = "tracking";
  private static final String ADAPTER = "adapter";
  private static final String MODEL = "model";
  private static final String REPORT = "report.html";

  /** What a folder holds. */
  enum State {
    EMPTY,
    UNFINISHED,
    FINISHED
  }

  private final Path path;
  private final FolderLock lock;
  private final boolean created;

  private RunFolder(Path path, FolderLock lock, boolean created) {
    this.path = path;
    this.lock = lock;
    this.created = created;
  }

  /**
   * Looks at a folder without touching it.
   *
   * @throws GraftException {@code config.value} when it holds something else than a run
   */
  static State inspect(Path path) {
    if (Files.notExists(path)) {
      return State.EMPTY;
    }
    if (!Files.isDirectory(path)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a folder for output_dir, received the file '" + path + "'; choose another");
    }
    if (Files.exists(path.resolve(MANIFEST))) {
      return Files.exists(path.resolve(SUMMARY)) ? State.FINISHED : State.UNFINISHED;
    }
    List<Path> foreign;
    try (Stream<Path> files = Files.list(path)) {
      foreign = files.filter(f -> !isLock(f) && !AtomicFolder.isTemporary(f)).sorted().toList();
    } catch (IOException e) {
      throw Reading.failure(path, e);
    }
    if (!foreign.isEmpty()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected an empty or new folder, or one of a run, for output_dir, received '"
              + path
              + "', which holds '"
              + foreign.get(0).getFileName()
              + "'; choose another folder");
    }
    return State.EMPTY;
  }

  /**
   * Takes a folder, made where it is not there.
   *
   * @throws GraftException {@code usage} when another run holds it; {@code file.write}
   */
  static RunFolder open(Path path) {
    boolean created = Files.notExists(path);
    try {
      Files.createDirectories(path);
      FolderLock lock =
          FolderLock.take(path)
              .orElseThrow(
                  () ->
                      new GraftException(
                          ErrorCode.USAGE,
                          "expected to be the only run in '"
                              + path
                              + "', but another process trains there; wait for it or choose another"
                              + " output_dir"));
      return new RunFolder(path, lock, created);
    } catch (IOException e) {
      throw AtomicFile.failure(path, e);
    }
  }

  private static boolean isLock(Path file) {
    return FolderLock.FILE.equals(String.valueOf(file.getFileName()));
  }

  Path path() {
    return path;
  }

  Path metrics() {
    return path.resolve(METRICS);
  }

  Path tensorboard() {
    return path.resolve(TENSORBOARD);
  }

  /** For what servers that follow the run are to find again. */
  Path tracking() {
    return path.resolve(TRACKING);
  }

  Path adapter() {
    return path.resolve(ADAPTER);
  }

  Path model() {
    return path.resolve(MODEL);
  }

  Manifest manifest() {
    return Manifest.read(path.resolve(MANIFEST));
  }

  /**
   * Removes what a run left, and nothing else. The manifest goes last, so that a clearing that is
   * cut short leaves a run that starts over.
   */
  void clear() {
    AtomicFolder.delete(path.resolve(SUMMARY));
    files().stream().filter(Checkpoints::isCheckpoint).forEach(AtomicFolder::remove);
    for (String name :
        List.of(METRICS, TENSORBOARD, TRACKING, ADAPTER, MODEL, RECIPE, REPORT, MANIFEST)) {
      AtomicFolder.delete(path.resolve(name));
    }
  }

  /** Removes what was in the making when a run was killed. */
  void removeTemporaries() {
    files().stream().filter(AtomicFolder::isTemporary).forEach(AtomicFolder::delete);
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    } catch (IOException e) {
      throw Reading.failure(path, e);
    }
  }

  /** Writes the manifest: from here on the folder holds a run. */
  void write(Manifest manifest) {
    manifest.write(path.resolve(MANIFEST));
  }

  /** Writes the recipe with all defaults; a killed run may lack it. */
  void writeRecipe(Recipe recipe) {
    AtomicFile.writeString(path.resolve(RECIPE), RecipeFile.toYaml(recipe.toMap()));
  }

  /** Ends a run. */
  void finish(String summary) {
    AtomicFile.writeString(path.resolve(SUMMARY), summary);
  }

  /** Lets the folder go; one that was made for a run that never began disappears. */
  @Override
  public void close() {
    try {
      if (files().stream().allMatch(RunFolder::isLock)) {
        Files.deleteIfExists(path.resolve(FolderLock.FILE));
        if (created) {
          Files.deleteIfExists(path);
        }
      }
      lock.close();
    } catch (IOException e) {
      throw AtomicFile.failure(path, e);
    }
  }
}
