package dev.graft.training.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers masked examples. Of a large data set, ids and weights go to temporary files that are
 * mapped into memory, so that the heap holds some tens of bytes an example. Where no such file can
 * be written they stay in memory, with one warning.
 */
final class MaskedRows {
  private static final Logger LOG = LoggerFactory.getLogger(MaskedRows.class);

  /** 64 MB of heap. */
  private static final int TOKENS_IN_HEAP = 8 << 20;

  private static final int TOKEN = Integer.BYTES + Float.BYTES;

  private final Path folder;
  private final int tokensInHeap;
  private final List<MaskedExample> all = new ArrayList<>();
  private int firstInHeap;
  private int inHeap;
  private boolean failed;

  MaskedRows() {
    this(Path.of(System.getProperty("java.io.tmpdir", ".")), TOKENS_IN_HEAP);
  }

  /**
   * Gathers examples.
   *
   * @param folder where temporary files go
   * @param tokensInHeap how many tokens stay in memory before they are moved to a file
   */
  MaskedRows(Path folder, int tokensInHeap) {
    this.folder = folder;
    this.tokensInHeap = tokensInHeap;
  }

  void add(MaskedExample e) {
    all.add(e);
    inHeap += e.size();
    if (inHeap >= tokensInHeap && !failed) {
      move();
      firstInHeap = all.size();
      inHeap = 0;
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** All examples, in order. */
  List<MaskedExample> all() {
    return List.copyOf(all);
  }

  private void move() {
    ByteBuffer bytes;
    try {
      bytes = mapped((long) inHeap * TOKEN);
    } catch (IOException e) {
      failed = true;
      LOG.warn(
          "cannot write a temporary file in {} for tokenized examples, which stay in memory: {}",
          folder,
          e.getMessage());
      return;
    }
    int half = inHeap * Integer.BYTES;
    IntBuffer ids = bytes.slice(0, half).order(ByteOrder.nativeOrder()).asIntBuffer();
    FloatBuffer weights = bytes.slice(half, half).order(ByteOrder.nativeOrder()).asFloatBuffer();
    int at = 0;
    for (int i = firstInHeap; i < all.size(); i++) {
      MaskedExample e = all.get(i);
      for (int t = 0; t < e.size(); t++) {
        ids.put(at + t, e.id(t));
        weights.put(at + t, e.weight(t));
      }
      all.set(i, e.keptIn(ids, weights, at));
      at += e.size();
    }
  }

  /** Zeros are written first: space that is missing shows here, not when the memory is touched. */
  private ByteBuffer mapped(long bytes) throws IOException {
    Path file = Files.createTempFile(folder, "graft-", ".rows");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
      for (long left = bytes; left > 0; left -= channel.write(zeros)) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), left));
      }
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
    } finally {
      remove(file);
    }
  }

  /** The mapping outlives the file's name, except on Windows. */
  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
