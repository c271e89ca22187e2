package dev.graft.models.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors of a safetensors file, or of the shards that an index names. Headers are read and
 * checked when it is opened; a tensor is mapped into memory when it is asked for, and the mapping
 * lives as long as the tensor. A file must not be changed in place while its tensors are used.
 *
 * <p>Read are F64, F32, F16, BF16, I64, I32 (widened to i64) and BOOL, each tensor of at most 2
 * GiB; other element types of the format are refused with {@code model.unsupported}.
 */
public final class Safetensors {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private record Stored(Path file, long dataStart, Header.Entry entry) {}

  private final Path source;
  private final Map<String, Stored> tensors;
  private final Map<String, String> metadata;

  private Safetensors(Path source, Map<String, Stored> tensors, Map<String, String> metadata) {
    this.source = source;
    this.tensors = tensors;
    this.metadata = metadata;
  }

  /**
   * Opens one file.
   *
   * @throws GraftException {@code file.missing}, {@code file.read} or {@code file.malformed}
   */
  public static Safetensors open(Path file) {
    Header header = header(file);
    Map<String, Stored> tensors = new LinkedHashMap<>();
    header.entries().forEach((n, e) -> tensors.put(n, new Stored(file, header.dataStart(), e)));
    return new Safetensors(file, tensors, header.metadata());
  }

  /**
   * Opens the weights of a model folder: {@code model.safetensors}, or the shards that {@code
   * model.safetensors.index.json} names. All tensors of the shards count, as in Hugging Face's
   * loader.
   *
   * @throws GraftException as {@link #open}, also when a shard is missing, lacks a tensor that the
   *     index places there, or holds one that another shard holds too
   */
  public static Safetensors openFolder(Path folder) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    if (Files.exists(single)) {
      return open(single);
    }
    if (Files.exists(index)) {
      return openIndex(index);
    }
    throw new GraftException(
        ErrorCode.FILE_MISSING,
        "expected '"
            + SINGLE
            + "' or '"
            + INDEX
            + "' in '"
            + folder
            + "', received a folder with neither. Weights in other formats (such as"
            + " pytorch_model.bin) have to be converted to safetensors first.");
  }

  private static Safetensors openIndex(Path index) {
    JsonNode map = Json.object(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw Reading.malformed(index, "expected an object 'weight_map' of tensor names to files");
    }
    Map<String, Safetensors> shards = new LinkedHashMap<>();
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      String name = field.getKey();
      String file = field.getValue().asText();
      if (!field.getValue().isTextual() || !isPlainName(file)) {
        throw Reading.malformed(
            index,
            "expected the name of a file beside the index for tensor '"
                + name
                + "', received "
                + field.getValue());
      }
      Safetensors shard = shards.get(file);
      if (shard == null) {
        shard = openShard(index, file);
        shards.put(file, shard);
        addAll(index, tensors, shard);
      }
      if (!shard.contains(name)) {
        throw Reading.malformed(
            index,
            "expected tensor '"
                + name
                + "' in shard '"
                + file
                + "', where the index places it, but it is not there");
      }
    }
    return new Safetensors(index, tensors, Map.of());
  }

  private static boolean isPlainName(String file) {
    return !file.isEmpty()
        && !file.startsWith(".")
        && file.indexOf('/') < 0
        && file.indexOf('\\') < 0
        && file.indexOf('\0') < 0;
  }

  private static Safetensors openShard(Path index, String file) {
    Path shard = index.resolveSibling(file);
    if (Files.notExists(shard)) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected the shard '"
              + file
              + "', which '"
              + index
              + "' names, but it is not there. Fetch the missing file.");
    }
    return open(shard);
  }

  private static void addAll(Path index, Map<String, Stored> tensors, Safetensors shard) {
    shard.tensors.forEach(
        (name, stored) -> {
          Stored before = tensors.putIfAbsent(name, stored);
          if (before != null) {
            throw Reading.malformed(
                index,
                "expected every tensor in one shard, received '"
                    + name
                    + "' in '"
                    + before.file().getFileName()
                    + "' and in '"
                    + stored.file().getFileName()
                    + "'");
          }
        });
  }

  private static Header header(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return Header.read(file, channel);
    } catch (IOException e) {
      throw Reading.failure(file, e);
    }
  }

  /** The file, or the index of the shards. */
  public Path source() {
    return source;
  }

  /** All names, in the order of the headers. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /** The file's own strings; empty for shards. */
  public Map<String, String> metadata() {
    return metadata;
  }

  public Shape shape(String name) {
    return stored(name).entry().shape();
  }

  /**
   * The dtype that a tensor is read as.
   *
   * @throws GraftException {@code model.unsupported} when Graft cannot read its element type
   */
  public DType dtype(String name) {
    Header.Entry entry = stored(name).entry();
    return entry
        .type()
        .readAs()
        .orElseThrow(
            () ->
                new GraftException(
                    ErrorCode.MODEL_UNSUPPORTED,
                    source
                        + ": expected tensor '"
                        + name
                        + "' as F64, F32, F16, BF16, I64, I32 or BOOL, received "
                        + entry.type()
                        + ". Quantized weights are not supported; use the unquantized model."));
  }

  /**
   * A tensor, mapped from the file; where its data is not aligned to its elements, or is I32, a
   * copy.
   *
   * @throws GraftException {@code model.weights} for an unknown name, {@code model.unsupported} for
   *     an element type that Graft does not read or a tensor beyond 2 GiB, {@code file.read}
   */
  public HostTensor tensor(String name) {
    Stored stored = stored(name);
    Header.Entry entry = stored.entry();
    TensorType type = new TensorType(dtype(name), entry.shape());
    if (type.bytes() > Integer.MAX_VALUE) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          source
              + ": expected tensors of at most 2 GiB, received '"
              + name
              + "' of "
              + entry.type()
              + entry.shape());
    }
    ByteBuffer bytes = map(stored).order(ByteOrder.LITTLE_ENDIAN);
    if (entry.type() == StoredType.I32) {
      return HostTensor.generate(DType.I64, entry.shape(), i -> bytes.getInt((int) i * 4));
    }
    boolean aligned = (stored.dataStart() + entry.begin()) % entry.type().bytes() == 0;
    return HostTensor.wrap(type, aligned ? bytes : copy(bytes));
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
  }

  private static ByteBuffer map(Stored stored) {
    Header.Entry entry = stored.entry();
    if (entry.bytes() == 0) {
      return ByteBuffer.allocateDirect(0);
    }
    try (FileChannel channel = FileChannel.open(stored.file(), StandardOpenOption.READ)) {
      if (channel.size() < stored.dataStart() + entry.end()) {
        throw Reading.malformed(
            stored.file(), "expected the file not to shrink while it is used; fetch it again");
      }
      return channel.map(
          FileChannel.MapMode.READ_ONLY, stored.dataStart() + entry.begin(), entry.bytes());
    } catch (IOException e) {
      throw Reading.failure(stored.file(), e);
    }
  }

  private Stored stored(String name) {
    Stored stored = tensors.get(name);
    if (stored == null) {
      throw new GraftException(
          ErrorCode.MODEL_WEIGHTS,
          source
              + ": expected a tensor '"
              + name
              + "', but there is none."
              + Nearest.to(name, names()).map(n -> " Did you mean '" + n + "'?").orElse(""));
    }
    return stored;
  }
}
