package dev.graft.training.run;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Folders that appear whole or not at all. */
final class Folders {
  private static final String TEMPORARY = ".tmp";

  private Folders() {}

  /** Writes the files of a folder. */
  @FunctionalInterface
  interface Body {
    void writeTo(Path folder);
  }

  /** Whether a name is that of a folder or file in the making. */
  static boolean isTemporary(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") && name.endsWith(TEMPORARY);
  }

  /**
   * Writes a folder under a temporary name, flushes it to the device and moves it to its place; a
   * folder that was there before goes. When writing fails, nothing is left behind.
   */
  static void write(Path folder, Body body) {
    Path temporary = sibling(folder, TEMPORARY);
    delete(temporary);
    boolean done = false;
    try {
      Files.createDirectories(temporary);
      body.writeTo(temporary);
      sync(temporary);
      remove(folder);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      sync(parent(folder));
    } catch (IOException e) {
      throw failure(folder, e);
    } finally {
      if (!done) {
        delete(temporary);
      }
    }
  }

  /** Removes a folder so that a half removed one is never seen under its name. */
  static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    Path old = sibling(folder, ".old" + TEMPORARY);
    delete(old);
    try {
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure(folder, e);
    }
    delete(old);
  }

  private static Path sibling(Path folder, String suffix) {
    return folder.resolveSibling("." + folder.getFileName() + suffix);
  }

  private static Path parent(Path folder) {
    Path parent = folder.toAbsolutePath().getParent();
    return parent == null ? folder : parent;
  }

  /** Deletes a file, or a folder with all in it; nothing when there is none. */
  static void delete(Path path) {
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
      throw failure(path, e);
    }
  }

  /** Flushes a folder's list of files; Windows cannot. */
  private static void sync(Path folder) throws IOException {
    if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static GraftException failure(Path path, IOException e) {
    return new GraftException(
        ErrorCode.FILE_WRITE,
        "expected to write '"
            + path
            + "', but "
            + e
            + "; check the path, its permissions and the free space",
        e);
  }
}
