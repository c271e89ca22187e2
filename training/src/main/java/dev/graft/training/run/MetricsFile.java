package dev.graft.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** {@code metrics.jsonl}: a JSON object in every line, appended as the run goes on. */
final class MetricsFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private MetricsFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens the file and drops what a run wrote after its last checkpoint.
   *
   * @param bytes how much of it stays
   */
  static MetricsFile open(Path file, long bytes) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.size() < bytes) {
        throw new GraftException(
            ErrorCode.RESUME_MISMATCH,
            "expected at least "
                + bytes
                + " bytes in '"
                + file
                + "', as its checkpoint says, received "
                + channel.size()
                + "; restore the file, or restart the run, which discards what is there");
      }
      channel.truncate(bytes);
      channel.position(bytes);
      return new MetricsFile(file, channel);
    } catch (IOException e) {
      close(channel, e);
      throw failure(file, e);
    } catch (GraftException e) {
      close(channel, e);
      throw e;
    }
  }

  private static void close(@org.jspecify.annotations.Nullable FileChannel channel, Exception e) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException second) {
      e.addSuppressed(second);
    }
  }

  private static GraftException failure(Path file, IOException e) {
    return new GraftException(
        ErrorCode.FILE_WRITE,
        "expected to write '"
            + file
            + "', but "
            + e.getMessage()
            + "; free space or correct the permissions, then run the same command to resume",
        e);
  }

  /** Appends a line; when that fails, nothing of it stays. */
  void append(Map<String, Object> metrics) {
    try {
      long before = channel.position();
      String line = Json.mapper().writeValueAsString(metrics) + "\n";
      try {
        AtomicFile.writeFully(channel, ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        channel.truncate(before);
        throw e;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** Makes sure that all lines are on the device; gives the size. */
  long flush() {
    try {
      channel.force(true);
      return channel.position();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }
}
