package dev.graft.training.cache;

import dev.graft.models.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of tokenized texts, mapped into memory: magic number and version, the number of texts, of
 * every text its key and how many bytes its tokens have, ascending by key, then the tokens, then
 * the CRC-32C of all before. Big-endian.
 */
final class TokenFile {
  static final int VERSION = 1;
  static final TokenFile EMPTY = new TokenFile(Map.of(), ByteBuffer.allocate(0));
  private static final long MAGIC = 0x4752_4146_5454_4f4bL; // GRAFTTOK
  private static final int HEADER = Long.BYTES + 2 * Integer.BYTES;
  private static final int ENTRY = 2 * Long.BYTES + Integer.BYTES;
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  /** Where in the file the tokens of a text are: the start above 32 bits of the length. */
  private final Map<TextKey, Long> places;

  private final ByteBuffer content;

  private TokenFile(Map<TextKey, Long> places, ByteBuffer content) {
    this.places = places;
    this.content = content;
  }

  /**
   * Opens a file.
   *
   * @throws IOException when it is not whole
   */
  static TokenFile read(Path file) throws IOException {
    ByteBuffer content;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < HEADER + Long.BYTES || size > MAX_BYTES) {
        throw new IOException("it is cut off");
      }
      content = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
    }
    int end = content.capacity() - Long.BYTES;
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate().limit(end));
    if (content.getLong() != MAGIC
        || content.getInt() != VERSION
        || content.getLong(end) != crc.getValue()) {
      throw new IOException("it is damaged or cut off");
    }
    int texts = content.getInt();
    Map<TextKey, Long> places = new HashMap<>(texts * 4 / 3 + 1);
    long at = HEADER + (long) texts * ENTRY;
    for (int i = 0; i < texts; i++) {
      TextKey key = new TextKey(content.getLong(), content.getLong());
      int length = content.getInt();
      places.put(key, at << 32 | length);
      at += length;
    }
    return new TokenFile(places, content);
  }

  int size() {
    return places.size();
  }

  byte @Nullable [] get(TextKey key) {
    Long place = places.get(key);
    if (place == null) {
      return null;
    }
    byte[] out = new byte[place.intValue()];
    content.get((int) (place >>> 32), out);
    return out;
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param known where the tokens of a text are that has {@link CachedEncoder#IN_FILE}
   * @return false when it would be larger than a file may be
   */
  static boolean write(Path file, TokenFile known, Map<TextKey, byte[]> tokens) {
    Map<TextKey, byte[]> sorted = new TreeMap<>();
    tokens.forEach(
        (key, bytes) -> {
          byte[] inFile = bytes == CachedEncoder.IN_FILE ? known.get(key) : bytes;
          sorted.put(key, inFile == null ? bytes : inFile);
        });
    long size = HEADER + (long) ENTRY * sorted.size() + Long.BYTES;
    for (byte[] bytes : sorted.values()) {
      size += bytes.length;
    }
    if (size > MAX_BYTES) {
      return false;
    }
    ByteBuffer head = ByteBuffer.allocate(HEADER + ENTRY * sorted.size());
    head.putLong(MAGIC).putInt(VERSION).putInt(sorted.size());
    sorted.forEach(
        (key, bytes) -> head.putLong(key.first()).putLong(key.second()).putInt(bytes.length));
    CRC32C crc = new CRC32C();
    AtomicFile.write(
        file,
        channel -> {
          put(channel, head.flip(), crc);
          ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
          for (byte[] bytes : sorted.values()) {
            if (chunk.remaining() < bytes.length) {
              put(channel, chunk.flip(), crc);
              chunk.clear();
            }
            if (bytes.length > chunk.capacity()) {
              put(channel, ByteBuffer.wrap(bytes), crc);
            } else {
              chunk.put(bytes);
            }
          }
          put(channel, chunk.flip(), crc);
          ByteBuffer tail = ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).flip();
          AtomicFile.writeFully(channel, tail);
        });
    return true;
  }

  private static void put(FileChannel channel, ByteBuffer bytes, CRC32C crc) throws IOException {
    crc.update(bytes.duplicate());
    AtomicFile.writeFully(channel, bytes);
  }
}
