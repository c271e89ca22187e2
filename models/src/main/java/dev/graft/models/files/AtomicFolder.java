package dev.graft.models.files;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes folders that are complete or not there: filled under a temporary name beside them ({@code
 * .<name>.tmp}), flushed to the device, then renamed.
 */
public final class AtomicFolder {
  private static final String TEMPORARY = ".tmp";

  private AtomicFolder() {}

  /**
   * Makes a folder where none is.
   *
   * @param folder must not exist, or be empty
   * @param body fills the folder that it is given
   * @throws GraftException {@code usage} when something is there already, {@code file.write} when
   *     it cannot be made; nothing is left behind then
   */
  public static void make(Path folder, Consumer<Path> body) {
    if (!isFree(folder)) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a new or an empty folder to write to, received '"
              + folder.toAbsolutePath().normalize()
              + "', which is there already. Choose another, or remove it first.");
    }
    replace(folder, body);
  }

  private static boolean isFree(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Files.notExists(folder);
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      throw AtomicFile.failure(folder, e);
    }
  }

  /**
   * Makes a folder; one that was there before goes when the new one is complete.
   *
   * @param body fills the folder that it is given
   * @throws GraftException {@code file.write} when it cannot be made; nothing is left behind then
   */
  public static void replace(Path folder, Consumer<Path> body) {
    Path target = folder.toAbsolutePath().normalize();
    Path temporary = sibling(target, TEMPORARY);
    boolean done = false;
    try {
      delete(temporary);
      Files.createDirectories(temporary);
      body.accept(temporary);
      AtomicFile.flush(temporary);
      remove(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      AtomicFile.flushFolder(target);
    } catch (IOException e) {
      throw AtomicFile.failure(target, e);
    } finally {
      if (!done) {
        delete(temporary);
      }
    }
  }

  /** Whether a name is that of a folder or file in the making. */
  public static boolean isTemporary(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") && name.endsWith(TEMPORARY);
  }

  /**
   * Removes a folder so that a half removed one is never seen under its name; nothing when there is
   * none.
   *
   * @throws GraftException {@code file.write}
   */
  public static void remove(Path folder) {
    if (Files.notExists(folder)) {
      return;
    }
    Path old = sibling(folder, ".old" + TEMPORARY);
    delete(old);
    try {
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw AtomicFile.failure(folder, e);
    }
    delete(old);
  }

  private static Path sibling(Path folder, String suffix) {
    return folder.resolveSibling("." + folder.getFileName() + suffix);
  }

  /**
   * Deletes a file, or a folder with all in it; nothing when there is none.
   *
   * @throws GraftException {@code file.write}
   */
  public static void delete(Path path) {
    if (Files.notExists(path)) {
      return;
    }
    try {
      List<Path> all;
      try (Stream<Path> walk = Files.walk(path)) {
        all = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path p : all) {
        Files.deleteIfExists(p);
      }
    } catch (DirectoryNotEmptyException e) {
      throw new GraftException(
          ErrorCode.FILE_WRITE,
          "expected to remove '" + path + "', but something else writes into it",
          e);
    } catch (IOException e) {
      throw AtomicFile.failure(path, e);
    }
  }
}
