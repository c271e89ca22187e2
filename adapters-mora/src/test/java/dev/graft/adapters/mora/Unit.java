package dev.graft.adapters.mora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the authors' code gives for some shapes: for a case named {@code in64_out32_r4_type6} x, M,
 * y, the change {@code delta} of the weight, a gradient {@code gy} of y, and {@code grad_M}, {@code
 * grad_x}.
 */
final class Unit {
  static final Map<String, HostTensor> FILE = read("unit.safetensors");

  private Unit() {}

  static HostTensor get(String unitCase, String what) {
    String key = unitCase + "." + what;
    return Objects.requireNonNull(FILE.get(key), key);
  }

  private static Map<String, HostTensor> read(String name) {
    byte[] bytes;
    JsonNode json;
    int header;
    try (InputStream in = Unit.class.getResourceAsStream(name)) {
      bytes = Objects.requireNonNull(in).readAllBytes();
      header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
      json = new ObjectMapper().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, HostTensor> out = new HashMap<>();
    json.properties()
        .forEach(
            e -> {
              List<Integer> shape = new ArrayList<>();
              e.getValue().path("shape").forEach(d -> shape.add(d.intValue()));
              int start = 8 + header + e.getValue().path("data_offsets").path(0).intValue();
              out.put(
                  e.getKey(),
                  HostTensor.generate(
                      DType.F32, Shape.of(shape), i -> file.getFloat(start + 4 * (int) i)));
            });
    return Collections.unmodifiableMap(out);
  }
}
