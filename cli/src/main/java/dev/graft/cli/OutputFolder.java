package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder of results that is there whole or not at all. */
final class OutputFolder {
  private OutputFolder() {}

  /**
   * Fails early when a folder may not be written.
   *
   * @throws GraftException {@code usage} when it exists and holds something
   */
  static void requireFree(Path folder) {
    try {
      if (Files.isRegularFile(folder)) {
        throw taken(folder, "a file of that name");
      }
      if (Files.isDirectory(folder)) {
        try (Stream<Path> children = Files.list(folder)) {
          if (children.findAny().isPresent()) {
            throw taken(folder, "a folder that holds files");
          }
        }
      }
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  private static GraftException taken(Path folder, String received) {
    return new GraftException(
        ErrorCode.USAGE,
        "expected a new folder for --out, received '"
            + folder
            + "', "
            + received
            + "; give another name or remove it");
  }

  /** Fills a folder beside the target and then gives it the target's name. */
  static void write(Path folder, Consumer<Path> fill) {
    requireFree(folder);
    Path target = folder.toAbsolutePath().normalize();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      remove(temporary);
      Files.createDirectories(temporary);
      fill.accept(temporary);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (RuntimeException | Error e) {
      removeAfter(temporary, e);
      throw e;
    } catch (IOException e) {
      removeAfter(temporary, e);
      throw failure(folder, e);
    }
  }

  private static void removeAfter(Path temporary, Throwable cause) {
    try {
      remove(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.forEach(all::add);
    }
    Collections.reverse(all);
    for (Path p : all) {
      Files.delete(p);
    }
  }

  private static GraftException failure(Path folder, IOException e) {
    return new GraftException(
        ErrorCode.FILE_WRITE,
        "could not write the folder '"
            + folder
            + "': "
            + e
            + ". Nothing was left behind; check the path, its permissions and the free space",
        e);
  }
}
