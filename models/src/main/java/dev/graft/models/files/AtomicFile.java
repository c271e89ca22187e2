package dev.graft.models.files;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that a reader sees the old content or the new one and never a part: into a
 * temporary file beside it ({@code .<name>.tmp}), flushed to the device, then moved over it.
 */
public final class AtomicFile {
  /** Writes the content. */
  @FunctionalInterface
  public interface Body {
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file.
   *
   * @throws GraftException {@code file.write} when it cannot be written, for example because the
   *     disk is full; nothing is left behind then
   */
  public static void write(Path file, Body body) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    boolean done = false;
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        body.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      done = true;
      flushFolder(target);
    } catch (IOException e) {
      throw failure(target, e);
    } finally {
      if (!done) {
        remove(temporary);
      }
    }
  }

  /** Makes a rename outlast a power cut. Windows cannot open folders, and needs no such thing. */
  static void flushFolder(Path renamed) throws IOException {
    Path parent = renamed.getParent();
    if (parent != null) {
      flush(parent);
    }
  }

  /** Brings a folder's list of files to the device. */
  static void flush(Path folder) throws IOException {
    if (File.separatorChar == '/') {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Writes a text file in UTF-8. */
  public static void writeString(Path file, String text) {
    write(file, channel -> writeFully(channel, StandardCharsets.UTF_8.encode(text)));
  }

  /** Writes all remaining bytes of a buffer. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The error for a file or folder that cannot be written or removed. */
  public static GraftException failure(Path file, IOException e) {
    return new GraftException(
        ErrorCode.FILE_WRITE,
        "expected to write '"
            + file
            + "', but "
            + (e instanceof NoSuchFileException ? "its folder does not exist" : reason(e))
            + ". Nothing was left behind; check the path, its permissions and the free space.",
        e);
  }

  static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }
}
