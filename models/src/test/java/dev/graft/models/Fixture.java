package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values that transformers 5.24.0 and peft 0.21.2 computed on a tiny random model (fp32, eager
 * attention): a batch of two rows, the second padded on the right, with labels for some tokens.
 */
public final class Fixture {
  private static final Path RESOURCES = Path.of("src/test/resources");

  /** The Llama, on which everything that no architecture matters to is tested. */
  public static final Path FOLDER = RESOURCES.resolve("llama");

  /** The architecture. */
  public final String model;

  public final ModelFolder folder;
  public final Safetensors base;
  public final HostTensor ids;
  public final int rows;
  public final int length;
  public final HostTensor positions;

  /** The targets of a row-major batch: which token predicts, and what. */
  public final HostTensor targetPositions;

  public final HostTensor targets;

  public Fixture() {
    this("llama");
  }

  public Fixture(String model) {
    this.model = model;
    folder = ModelFolder.open(RESOURCES.resolve(model));
    base = Safetensors.open(file("base.safetensors"));
    ids = base.tensor("input_ids");
    rows = ids.shape().dim(0);
    length = ids.shape().dim(1);
    positions = HostTensor.generate(ids.dtype(), ids.shape(), i -> (double) (i % length));
    HostTensor labels = base.tensor("labels");
    List<Long> at = new ArrayList<>();
    List<Long> next = new ArrayList<>();
    for (int i = 0; i < rows * length - 1; i++) {
      if ((i + 1) % length != 0 && labels.getLong(i + 1) >= 0) {
        at.add((long) i);
        next.add(labels.getLong(i + 1));
      }
    }
    Shape n = Shape.of(at.size());
    targetPositions = HostTensor.ofLongs(n, at.stream().mapToLong(v -> v).toArray());
    targets = HostTensor.ofLongs(n, next.stream().mapToLong(v -> v).toArray());
  }

  public CausalLm model() {
    return folder.model();
  }

  private Path file(String name) {
    return folder.path().resolve(name);
  }

  Safetensors adapterValues(String name) {
    return Safetensors.open(file(name + ".safetensors"));
  }

  public JsonNode json(String name) {
    return Json.object(file(name));
  }

  public AdapterFolder adapter(String name) {
    return AdapterFolder.read(file(name), TestBackend.adapters());
  }

  /** A file beside the models' folders. */
  static Path resource(String name) {
    return RESOURCES.resolve(name);
  }

  /** Compares logits where the batch is not padding, by ‖a − b‖₂/‖b‖₂. */
  void assertLogits(HostTensor actual, HostTensor expected, double tolerance) {
    HostTensor mask = base.tensor("attention_mask");
    int v = expected.shape().dim(-1);
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.shape().size(); i++) {
      if (mask.getLong(i / v) == 1) {
        double d = actual.get(i) - expected.get(i);
        difference += d * d;
        norm += expected.get(i) * expected.get(i);
      }
    }
    assertThat(Math.sqrt(difference / norm)).as("logits").isLessThanOrEqualTo(tolerance);
  }

  public static double norm(HostTensor t) {
    double sum = 0;
    for (double x : t.toDoubles()) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }

  public static void assertClose(
      HostTensor actual, HostTensor expected, double tolerance, String what) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    double difference = 0;
    for (int i = 0; i < expected.shape().size(); i++) {
      double d = actual.get(i) - expected.get(i);
      difference += d * d;
    }
    assertThat(Math.sqrt(difference) / norm(expected)).as(what).isLessThanOrEqualTo(tolerance);
  }

  /** The logits of the fixture's batch, all rows whole, on a model folder loaded into a backend. */
  HostTensor logits(Backend backend, ModelFolder folder, Optional<AdapterBinding> adapter) {
    Trace trace = new Trace("logits");
    ForwardPass pass = ForwardPass.of(trace, folder.model(), DType.F32).adapter(adapter).build();
    Tensor in = trace.input("ids", ids.type());
    Tensor at = trace.input("positions", positions.type());
    Tensor bias = AttentionBias.causal(trace, length, DType.F32);
    trace.output("logits", pass.logits(folder.model().hidden(pass, in, at, bias)));
    return TestBackend.run(backend, trace, Map.of("ids", ids, "positions", positions))
        .get("logits");
  }
}
