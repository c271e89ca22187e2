package dev.graft.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.adapters.lora.LoraProvider;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.files.Json;
import dev.graft.training.Engines;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.optim.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Twenty AdamW steps on a real model from PEFT's adapter, against the losses that PEFT had. Run
 * {@code benchmarks/peft_parity.py} first and give both folders:
 *
 * <pre>GRAFT_REAL_MODEL=MODEL GRAFT_PEFT_PARITY=OUT ./mvnw -pl training -am verify
 *   -Dtest=PeftParityTest -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Tag("real-weights")
class PeftParityTest {
  /** The reference engine would take hours. */
  static Stream<String> engines() {
    return Engines.all().filter(e -> !e.equals("reference"));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void twentyStepsGiveTheLossesOfPeft(String engine) throws IOException {
    String modelFolder = System.getenv("GRAFT_REAL_MODEL");
    String parity = System.getenv("GRAFT_PEFT_PARITY");
    boolean given = modelFolder != null && parity != null;
    if (!given) {
      System.err.println(
          "SKIPPED: PeftParityTest needs GRAFT_REAL_MODEL and GRAFT_PEFT_PARITY; nothing was"
              + " compared with PEFT on real weights");
    }
    assumeTrue(given);
    Path folder = Path.of(String.valueOf(parity));
    JsonNode peft = Json.object(folder.resolve("peft.json"));
    int rowsPerStep = peft.get("rows_per_step").asInt();
    List<String> rows = Files.readAllLines(folder.resolve("rows.jsonl"));

    ModelFolder model = ModelFolder.open(Path.of(String.valueOf(modelFolder)));
    try (Backend backend = Engines.open(engine)) {
      SavedAdapter saved =
          AdapterFolder.read(folder.resolve("initial"), List.of(new LoraProvider()))
              .bind(model.model());
      model.weights().load(backend, DType.F32);
      saved.load(model.model(), DType.F32, backend, Engines.compiler(backend));
      TrainedModel trained = TrainedModel.adapted(saved.binding(), model.model(), DType.F32);
      StepGraphs graphs = new StepGraphs(trained, Optimizers.create("adamw", Map.of(), 0.01), 0);
      try (TrainStep step = new TrainStep(backend, graphs, 0)) {
        step.resetState();
        System.err.println(engine + "\nstep  PEFT      Graft     relative difference");
        for (int i = 0; i < peft.get("losses").size(); i++) {
          double expected = peft.get("losses").get(i).asDouble();
          PackedBatch batch = pack(rows.subList(i * rowsPerStep, (i + 1) * rowsPerStep));
          double loss =
              step.run(i + 1L, peft.get("lr").asDouble(), List.of(batch), () -> "rows").loss();
          System.err.printf(
              "%4d  %.6f  %.6f  %.1e%n", i + 1, expected, loss, Math.abs(loss / expected - 1));
          assertThat(loss).as("step %d", i + 1).isCloseTo(expected, within(1e-3 * expected));
        }
      }
    }
  }

  /** All rows of a step packed into one row of 512 tokens. */
  private static PackedBatch pack(List<String> lines) throws IOException {
    int t = 512;
    long[] ids = new long[t];
    long[] positions = new long[t];
    long[] segments = new long[t];
    List<Long> at = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    int from = 0;
    for (int row = 0; row < lines.size(); row++) {
      JsonNode json = Json.mapper().readTree(lines.get(row));
      int n = json.get("ids").size();
      for (int i = 0; i < n; i++) {
        ids[from + i] = json.get("ids").get(i).asLong();
        positions[from + i] = i;
        segments[from + i] = row;
        if (i > 0 && json.get("weights").get(i).asInt() == 1) {
          at.add((long) from + i - 1);
          targets.add(ids[from + i]);
        }
      }
      from += n;
    }
    Arrays.fill(segments, from, t, lines.size());
    long[] parents = new long[t];
    Arrays.fill(parents, -1);
    int n = (at.size() + 127) / 128 * 128; // few shapes, as a plan makes them
    float[] weights = new float[n];
    Arrays.fill(weights, 0, at.size(), 1);
    Shape tokens = Shape.of(1, t);
    return new PackedBatch(
        HostTensor.ofLongs(tokens, ids),
        HostTensor.ofLongs(tokens, positions),
        HostTensor.ofLongs(tokens, segments),
        HostTensor.ofLongs(tokens, parents),
        HostTensor.ofLongs(Shape.of(n), padded(at, n)),
        HostTensor.ofLongs(Shape.of(n), padded(targets, n)),
        HostTensor.ofFloats(Shape.of(n), weights),
        from,
        at.size(),
        at.size());
  }

  private static long[] padded(List<Long> values, int n) {
    return Arrays.copyOf(values.stream().mapToLong(Long::longValue).toArray(), n);
  }
}
