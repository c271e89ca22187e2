package dev.graft.training.tracking;

import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;

/**
 * An event file, which TensorBoard shows: TFRecords that each hold an {@code Event} (<a
 * href="https://github.com/tensorflow/tensorboard/blob/2.19.0/tensorboard/compat/proto/event.proto">event.proto</a>,
 * {@code summary.proto} beside it). The first tells the version of the format, the second that a
 * run starts, on which a TensorBoard that watches forgets what it had read of it; then one scalar
 * each, in f32. Records go to the file whole, so that one that was cut short by a kill is at most
 * the last.
 */
public final class EventFile implements Tracker {
  private static final String VERSION = "brain.Event:2";
  private static final int SESSION_START = 1;

  private static final int MOST_KEPT_BYTES = 1 << 16;

  /** How long one who watches waits at most, while steps come. */
  private static final long MOST_KEPT_NANOS = Duration.ofSeconds(10).toNanos();

  private final Path file;
  private final FileChannel channel;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private long flushed = System.nanoTime();

  private EventFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Begins the one file of a folder; those that are there are removed.
   *
   * @param folder made where it is not there
   * @param time the present, in seconds since 1970
   * @throws GraftException {@code file.write}
   */
  public static EventFile begin(Path folder, double time) {
    AtomicFolder.delete(folder);
    // TensorBoard knows an event file by "tfevents", and takes several in the order of their names.
    String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.graft", (long) time);
    Path file = folder.resolve(name);
    EventFile out;
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      out = new EventFile(file, channel);
    } catch (IOException e) {
      throw AtomicFile.failure(file, e);
    }
    out.add(new Message().float64(1, time).text(3, VERSION));
    out.add(new Message().float64(1, time).message(7, new Message().int64(1, SESSION_START)));
    return out;
  }

  /**
   * Takes a number.
   *
   * @throws GraftException {@code file.write}
   */
  @Override
  public void write(Scalar s) {
    Message value = new Message().text(1, s.tag()).float32(2, (float) s.value());
    add(
        new Message()
            .float64(1, s.time())
            .int64(2, s.step())
            .message(5, new Message().message(1, value)));
    if (kept.size() >= MOST_KEPT_BYTES || System.nanoTime() - flushed > MOST_KEPT_NANOS) {
      flush();
    }
  }

  private void add(Message event) {
    kept.writeBytes(RecordFrame.around(event.toBytes()));
  }

  /**
   * Writes what was kept back.
   *
   * @throws GraftException {@code file.write}
   */
  @Override
  public void flush() {
    try {
      AtomicFile.writeFully(channel, ByteBuffer.wrap(kept.toByteArray()));
    } catch (IOException e) {
      throw AtomicFile.failure(file, e);
    } finally {
      kept.reset();
    }
    flushed = System.nanoTime();
  }

  @Override
  public void close() {
    try (channel) {
      flush();
    } catch (IOException e) {
      throw AtomicFile.failure(file, e);
    }
  }
}
