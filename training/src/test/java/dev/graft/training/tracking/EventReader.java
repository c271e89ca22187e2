package dev.graft.training.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads event files, sharing nothing with what writes them: fields by their numbers, checksums bit
 * by bit. Like TensorBoard it passes over a last record that is cut short.
 */
public final class EventReader {
  /** The polynomial of CRC-32C, reflected. */
  private static final int CASTAGNOLI = 0x82F63B78;

  private EventReader() {}

  /** The one event file of a folder. */
  public static Path only(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      if (all.size() != 1) {
        throw new AssertionError("expected one file, received " + all);
      }
      return all.get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The scalars of a file, after checking that it begins as TensorBoard expects. */
  public static List<Scalar> scalars(Path file) {
    List<ByteBuffer> events = records(file);
    String version = text(fields(events.get(0)).get(3));
    if (!version.equals("brain.Event:2")) {
      throw new AssertionError("expected the version first, received " + version);
    }
    long status = number(fields(bytes(fields(events.get(1)).get(7))).get(1));
    if (status != 1) {
      throw new AssertionError("expected the start of a session, received " + status);
    }
    List<Scalar> out = new ArrayList<>();
    for (ByteBuffer event : events.subList(2, events.size())) {
      Map<Integer, Object> fields = fields(event);
      Map<Integer, Object> value = fields(bytes(fields(bytes(fields.get(5))).get(1)));
      out.add(
          new Scalar(
              text(value.get(1)),
              number(fields.get(2)),
              Float.intBitsToFloat((int) number(value.get(2))),
              Double.longBitsToDouble(number(fields.get(1)))));
    }
    return out;
  }

  private static List<ByteBuffer> records(Path file) {
    ByteBuffer all;
    try {
      all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<ByteBuffer> out = new ArrayList<>();
    while (all.remaining() >= 12) {
      int at = all.position();
      int length = Math.toIntExact(all.getLong());
      check(all.slice(at, 8), all.getInt());
      if (all.remaining() < length + 4) {
        break;
      }
      ByteBuffer content = all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      all.position(all.position() + length);
      check(content, all.getInt());
      out.add(content);
    }
    return out;
  }

  private static void check(ByteBuffer content, int received) {
    long crc = crc32c(content) & 0xFFFFFFFFL;
    long expected = ((((crc >> 15) | (crc << 17)) & 0xFFFFFFFFL) + 0xa282ead8L) & 0xFFFFFFFFL;
    if ((received & 0xFFFFFFFFL) != expected) {
      throw new AssertionError("expected the checksum " + expected + ", received " + received);
    }
  }

  static int crc32c(ByteBuffer content) {
    int crc = ~0;
    for (int i = 0; i < content.limit(); i++) {
      crc ^= content.get(i) & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) * CASTAGNOLI);
      }
    }
    return ~crc;
  }

  /** Every field by its number: bits as a long, what has a length as bytes. */
  private static Map<Integer, Object> fields(ByteBuffer message) {
    ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind();
    Map<Integer, Object> out = new TreeMap<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      int type = (int) (key & 7);
      Object value =
          switch (type) {
            case 0 -> varint(in);
            case 1 -> in.getLong();
            case 5 -> (long) in.getInt();
            case 2 -> {
              int length = (int) varint(in);
              ByteBuffer part = in.slice(in.position(), length);
              in.position(in.position() + length);
              yield part;
            }
            default -> throw new AssertionError("expected a known type, received " + type);
          };
      out.put((int) (key >> 3), value);
    }
    return out;
  }

  private static long varint(ByteBuffer in) {
    long out = 0;
    int shift = 0;
    byte b;
    do {
      b = in.get();
      out |= (b & 0x7FL) << shift;
      shift += 7;
    } while (b < 0);
    return out;
  }

  private static long number(@Nullable Object field) {
    return field == null ? 0 : (Long) field;
  }

  private static ByteBuffer bytes(@Nullable Object field) {
    if (field instanceof ByteBuffer b) {
      return b;
    }
    throw new AssertionError("expected bytes, received " + field);
  }

  private static String text(@Nullable Object field) {
    return StandardCharsets.UTF_8.decode(bytes(field).duplicate()).toString();
  }
}
