package dev.graft.benchmarks.jmh;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading and writing 16 tensors of 4 MB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SafetensorsBenchmark {
  private static final int TENSORS = 16;

  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
  private Path folder = Path.of("");

  /** Writes the file that is read. */
  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("safetensors");
    for (int i = 0; i < TENSORS; i++) {
      tensors.put("t" + i, HostTensor.generate(DType.F32, Shape.of(1024, 1024), at -> at % 97));
    }
    SafetensorsWriter.write(folder.resolve("read.safetensors"), tensors);
  }

  /** Removes the files. */
  @TearDown
  public void remove() throws IOException {
    Files.deleteIfExists(folder.resolve("read.safetensors"));
    Files.deleteIfExists(folder.resolve("written.safetensors"));
    Files.delete(folder);
  }

  /** Every tensor is read and one element of it looked at. */
  @Benchmark
  public double reads() {
    Safetensors file = Safetensors.open(folder.resolve("read.safetensors"));
    double sum = 0;
    for (String name : file.names()) {
      sum += file.tensor(name).get(1);
    }
    return sum;
  }

  /** The file is written anew. */
  @Benchmark
  public void writes() {
    SafetensorsWriter.write(folder.resolve("written.safetensors"), tensors);
  }
}
