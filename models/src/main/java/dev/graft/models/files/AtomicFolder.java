package dev.graft.models.files;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes a folder that is complete or not there: filled under a temporary name beside it ({@code
 * .<name>.tmp}), then renamed.
 */
public final class AtomicFolder {
  private AtomicFolder() {}

  /**
   * Makes a folder.
   *
   * @param folder must not exist, or be empty
   * @param body fills the folder that it is given
   * @throws GraftException {@code usage} when something is there already, {@code file.write} when
   *     it cannot be made; nothing is left behind then
   */
  public static void make(Path folder, Consumer<Path> body) {
    Path target = folder.toAbsolutePath().normalize();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    boolean done = false;
    try {
      checkFree(target);
      Files.createDirectories(target.getParent() == null ? target : target.getParent());
      remove(temporary);
      Files.createDirectory(temporary);
      body.accept(temporary);
      Files.deleteIfExists(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      AtomicFile.flushFolder(target);
    } catch (IOException e) {
      throw AtomicFile.failure(target, e);
    } finally {
      if (!done) {
        removeOrFail(temporary);
      }
    }
  }

  private static void checkFree(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      try (Stream<Path> content = Files.list(target)) {
        if (content.findAny().isEmpty()) {
          return;
        }
      }
    } else if (Files.notExists(target)) {
      return;
    }
    throw new GraftException(
        ErrorCode.USAGE,
        "expected a new or an empty folder to write to, received '"
            + target
            + "', which is there already. Choose another, or remove it first.");
  }

  private static void removeOrFail(Path folder) {
    try {
      remove(folder);
    } catch (IOException e) {
      throw AtomicFile.failure(folder, e);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path p : all) {
      Files.delete(p);
    }
  }
}
