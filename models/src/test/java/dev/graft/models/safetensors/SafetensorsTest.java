package dev.graft.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  @TempDir private Path folder;

  /** A file of a header text and data. */
  static byte[] file(String header, byte... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyDTypeSurvivesWritingAndReading(DType dtype) {
    Path file = folder.resolve("t.safetensors");
    HostTensor value =
        HostTensor.generate(dtype, Shape.of(2, 3), i -> dtype == DType.BOOL ? i % 2 : i - 2.5);
    SafetensorsWriter.write(file, Map.of("t", value));
    Safetensors read = Safetensors.open(file);
    assertThat(read.names()).containsExactly("t");
    assertThat(read.dtype("t")).isEqualTo(dtype);
    assertThat(read.shape("t")).isEqualTo(Shape.of(2, 3));
    assertThat(read.tensor("t").type()).isEqualTo(value.type());
    assertThat(read.tensor("t").toDoubles()).isEqualTo(value.toDoubles());
    assertThat(read.tensor("t").bytes().isDirect()).isTrue();
  }

  @Test
  void theLayoutIsTheFormats() throws IOException {
    Path file = folder.resolve("t.safetensors");
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("b", HostTensor.ofFloats(Shape.of(2), 1, 2));
    tensors.put("a", HostTensor.ofFloats(Shape.scalar(), 3));
    SafetensorsWriter.write(file, tensors);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    assertThat(length % 8).isZero();
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    assertThat(header.stripTrailing())
        .isEqualTo(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}");
    assertThat(bytes.getFloat(8 + length)).isEqualTo(1);
    assertThat(bytes.getFloat(8 + length + 8)).isEqualTo(3);
    assertThat(bytes.capacity()).isEqualTo(8 + length + 12);
    assertThat(Safetensors.open(file).metadata()).isEqualTo(Map.of("format", "pt"));
    assertThat(Safetensors.open(file).names()).containsExactly("b", "a");
  }

  @Test
  void valuesAreAskedForOneByOneInOrder() {
    List<String> asked = new java.util.ArrayList<>();
    TensorType type = TensorType.of(DType.F32, 1);
    List<SafetensorsWriter.Entry> entries =
        java.util.stream.Stream.of("z", "a", "m")
            .map(
                n ->
                    new SafetensorsWriter.Entry(
                        n,
                        type,
                        () -> {
                          asked.add(n);
                          return HostTensor.ofFloats(Shape.of(1), asked.size());
                        }))
            .toList();
    Path file = folder.resolve("t.safetensors");
    SafetensorsWriter.write(file, entries);
    assertThat(asked).containsExactly("z", "a", "m");
    assertThat(Safetensors.open(file).tensor("a").get(0)).isEqualTo(2);
  }

  @Test
  void integersOf32BitsAreWidened() throws IOException {
    byte[] data = {1, 0, 0, 0, -1, -1, -1, -1};
    Path file =
        write(
            "i.safetensors",
            file("{\"i\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}", data));
    HostTensor i = Safetensors.open(file).tensor("i");
    assertThat(i.dtype()).isEqualTo(DType.I64);
    assertThat(i.toLongs()).containsExactly(1, -1);
  }

  @Test
  void dataThatIsNotAlignedIsCopied() throws IOException {
    byte[] data = new byte[9];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).putDouble(2.5);
    String header =
        "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]},"
            + "\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]}}";
    Safetensors read = Safetensors.open(write("u.safetensors", file(header, data)));
    assertThat(read.tensor("d").get(0)).isEqualTo(2.5);
    assertThat(read.tensor("d").bytes().alignedSlice(8).remaining()).isEqualTo(8);
    assertThat(read.tensor("b").get(0)).isEqualTo(1);
  }

  @Test
  void emptyTensorsAndEmptyFilesAreValid() throws IOException {
    Path none = write("none.safetensors", file("{}"));
    assertThat(Safetensors.open(none).names()).isEmpty();
    Path file = folder.resolve("empty.safetensors");
    SafetensorsWriter.write(file, Map.of("e", HostTensor.ofFloats(Shape.of(0, 4))));
    assertThat(Safetensors.open(file).tensor("e").shape()).isEqualTo(Shape.of(0, 4));
  }

  @Test
  void shardsAreReadThroughTheirIndex() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("model-1.safetensors"), Map.of("a", HostTensor.ofFloats(Shape.of(1), 1)));
    SafetensorsWriter.write(
        folder.resolve("model-2.safetensors"), Map.of("b", HostTensor.ofFloats(Shape.of(1), 2)));
    write(
        "model.safetensors.index.json",
        "{\"metadata\":{},\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8));
    Safetensors read = Safetensors.openFolder(folder);
    assertThat(read.names()).containsExactlyInAnyOrder("a", "b");
    assertThat(read.tensor("a").get(0)).isEqualTo(1);
    assertThat(read.tensor("b").get(0)).isEqualTo(2);
  }

  @Test
  void aSingleFileGoesBeforeAnIndex() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), Map.of("a", HostTensor.ofFloats(Shape.of(1), 1)));
    write("model.safetensors.index.json", new byte[0]);
    assertThat(Safetensors.openFolder(folder).names()).containsExactly("a");
  }

  @Test
  void aFileOfTheReferenceImplementationIsRead() {
    Safetensors read = Safetensors.open(Path.of("src/test/resources/llama/model.safetensors"));
    assertThat(read.names()).hasSize(20).contains("model.layers.1.mlp.up_proj.weight");
    assertThat(read.metadata()).containsEntry("format", "pt");
    assertThat(read.tensor("model.norm.weight").type()).isEqualTo(TensorType.of(DType.F32, 64));
  }
}
