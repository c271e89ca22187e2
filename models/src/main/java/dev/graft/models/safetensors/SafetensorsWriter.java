package dev.graft.models.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes safetensors files, whole or not at all, with one tensor in memory at a time. The metadata
 * is {@code {"format": "pt"}}, which Hugging Face's loaders want, and the header is padded so that
 * data begins at a multiple of 8 bytes.
 */
public final class SafetensorsWriter {
  /**
   * A tensor to be written.
   *
   * @param type its dtype and shape, known before its value
   * @param value gives the value when its turn comes
   */
  public record Entry(String name, TensorType type, Supplier<HostTensor> value) {
    public static Entry of(String name, HostTensor value) {
      return new Entry(name, value.type(), () -> value);
    }
  }

  private SafetensorsWriter() {}

  /** Writes tensors in the iteration order of the map. */
  public static void write(Path file, Map<String, HostTensor> tensors) {
    write(file, tensors, Map.of());
  }

  /**
   * Writes tensors in the iteration order of the map.
   *
   * @param metadata strings of the file's own, besides its format
   */
  public static void write(
      Path file, Map<String, HostTensor> tensors, Map<String, String> metadata) {
    List<Entry> entries = new ArrayList<>();
    tensors.forEach((name, value) -> entries.add(Entry.of(name, value)));
    write(file, entries, metadata);
  }

  /**
   * Writes tensors in the order given.
   *
   * @throws GraftException {@code file.write} when it cannot be written; nothing is left behind
   *     then
   */
  public static void write(Path file, List<Entry> entries) {
    write(file, entries, Map.of());
  }

  private static void write(Path file, List<Entry> entries, Map<String, String> metadata) {
    ByteBuffer header = header(entries, metadata);
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, header);
          for (Entry e : entries) {
            HostTensor value = e.value().get();
            if (!value.type().equals(e.type())) {
              throw new GraftException(
                  ErrorCode.GRAPH_SHAPE,
                  "expected " + e.type() + " for '" + e.name() + "', received " + value.type());
            }
            AtomicFile.writeFully(channel, value.bytes());
          }
        });
  }

  private static ByteBuffer header(List<Entry> entries, Map<String, String> metadata) {
    ObjectNode json = Json.mapper().createObjectNode();
    ObjectNode strings = json.putObject("__metadata__").put("format", "pt");
    metadata.forEach(strings::put);
    long at = 0;
    for (Entry e : entries) {
      if (json.has(e.name())) {
        throw new GraftException(
            ErrorCode.FILE_WRITE,
            "expected tensors of different names, received '" + e.name() + "' twice");
      }
      ObjectNode tensor = json.putObject(e.name());
      tensor.put("dtype", StoredType.of(e.type().dtype()).name());
      ArrayNode shape = tensor.putArray("shape");
      for (int d : e.type().shape().toArray()) {
        shape.add(d);
      }
      tensor.putArray("data_offsets").add(at).add(at + e.type().bytes());
      at += e.type().bytes();
    }
    byte[] text;
    try {
      text = Json.mapper().writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always writable", e);
    }
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(text);
    while (out.hasRemaining()) {
      out.put((byte) ' ');
    }
    return out.flip();
  }
}
