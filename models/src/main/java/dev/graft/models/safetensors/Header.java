package dev.graft.models.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checked header of one file: where every tensor lies. */
record Header(Map<String, Entry> entries, Map<String, String> metadata, long dataStart) {
  /** The format's own limit. */
  static final long MAX_BYTES = 100_000_000;

  private static final String METADATA = "__metadata__";

  Header {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    metadata = Map.copyOf(metadata);
  }

  /**
   * One tensor.
   *
   * @param begin its first byte, counted from the end of the header
   * @param end the byte after its last
   */
  record Entry(String name, StoredType type, Shape shape, long begin, long end) {
    long bytes() {
      return end - begin;
    }
  }

  static Header read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw Reading.malformed(
          file,
          "expected a safetensors file of at least 8 bytes, received "
              + size
              + ". The file is truncated or of another kind; fetch it again.");
    }
    long length = readFully(channel, 0, 8).getLong(0);
    if (length < 0 || length > MAX_BYTES) {
      throw Reading.malformed(
          file,
          "expected a safetensors header of at most "
              + MAX_BYTES
              + " bytes, received a length of "
              + Long.toUnsignedString(length)
              + ". The file is probably of another kind.");
    }
    if (8 + length > size) {
      throw Reading.malformed(
          file,
          "expected a safetensors header of "
              + length
              + " bytes, received a file of "
              + size
              + " bytes. The file is truncated; fetch it again.");
    }
    String text;
    try {
      text = Reading.utf8(readFully(channel, 8, (int) length));
    } catch (CharacterCodingException e) {
      throw Reading.malformed(file, "expected a safetensors header in UTF-8", e);
    }
    return parse(file, Json.object(file, text), 8 + length, size - 8 - length);
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file ended at byte " + (position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private static Header parse(Path file, ObjectNode json, long dataStart, long dataBytes) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata = metadata(file, field.getValue());
      } else {
        entries.put(field.getKey(), entry(file, field.getKey(), field.getValue(), dataBytes));
      }
    }
    checkContiguous(file, entries, dataBytes);
    return new Header(entries, metadata, dataStart);
  }

  private static Map<String, String> metadata(Path file, JsonNode node) {
    Map<String, String> out = new LinkedHashMap<>();
    if (!node.isObject()) {
      throw Reading.malformed(file, "expected '" + METADATA + "' to be an object of strings");
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw Reading.malformed(
            file,
            "expected '"
                + METADATA
                + "' to be an object of strings, received "
                + field.getValue()
                + " for '"
                + field.getKey()
                + "'");
      }
      out.put(field.getKey(), field.getValue().textValue());
    }
    return out;
  }

  private static Entry entry(Path file, String name, JsonNode node, long dataBytes) {
    StoredType type = type(file, name, node.path("dtype"));
    Shape shape = shape(file, name, node.path("shape"));
    JsonNode offsets = node.path("data_offsets");
    if (!offsets.isArray()
        || offsets.size() != 2
        || !isLong(offsets.get(0))
        || !isLong(offsets.get(1))) {
      throw malformed(file, name, "expected data_offsets of two integers, received " + offsets);
    }
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (begin < 0 || begin > end || end > dataBytes) {
      throw malformed(
          file,
          name,
          "expected data_offsets within the "
              + dataBytes
              + " bytes that follow the header, received "
              + offsets
              + ". The file is truncated or damaged; fetch it again.");
    }
    long bytes;
    try {
      bytes = type.bytes();
      for (int d : shape.toArray()) {
        bytes = Math.multiplyExact(bytes, d);
      }
    } catch (ArithmeticException e) {
      throw malformed(file, name, "expected a shape of fewer than 2^63 bytes, received " + shape);
    }
    if (bytes != end - begin) {
      throw malformed(
          file,
          name,
          "expected "
              + bytes
              + " bytes for "
              + type
              + shape
              + ", received data_offsets "
              + offsets
              + " ("
              + (end - begin)
              + " bytes)");
    }
    return new Entry(name, type, shape, begin, end);
  }

  private static StoredType type(Path file, String name, JsonNode dtype) {
    String text = dtype.asText();
    return Arrays.stream(StoredType.values())
        .filter(t -> t.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                malformed(
                    file,
                    name,
                    "expected a dtype of "
                        + Arrays.toString(StoredType.values())
                        + ", received "
                        + dtype));
  }

  private static Shape shape(Path file, String name, JsonNode shape) {
    boolean good = shape.isArray();
    for (JsonNode d : shape) {
      good = good && d.isIntegralNumber() && d.canConvertToInt() && d.intValue() >= 0;
    }
    if (!good) {
      throw malformed(
          file, name, "expected a shape of integers from 0 to 2^31 - 1, received " + shape);
    }
    int[] dims = new int[shape.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.get(i).intValue();
    }
    return Shape.of(dims);
  }

  private static boolean isLong(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong();
  }

  private static void checkContiguous(Path file, Map<String, Entry> entries, long dataBytes) {
    List<Entry> inOrder =
        entries.values().stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    long at = 0;
    for (Entry e : inOrder) {
      if (e.begin() != at) {
        throw malformed(
            file,
            e.name(),
            "expected its data to begin at byte "
                + at
                + ", where the tensor before it ends, received "
                + e.begin()
                + (e.begin() < at ? ": two tensors overlap" : ": there is a gap"));
      }
      at = e.end();
    }
    if (at != dataBytes) {
      throw Reading.malformed(
          file,
          "expected the tensors to fill the "
              + dataBytes
              + " bytes that follow the header, received tensors of "
              + at
              + " bytes. The header does not belong to this data.");
    }
  }

  private static GraftException malformed(Path file, String name, String problem) {
    return Reading.malformed(file, "tensor '" + name + "': " + problem);
  }
}
