package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterFolder;
import dev.graft.models.AttentionBias;
import dev.graft.models.ForwardPass;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.training.Engines;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One recipe on every engine: the same loss curve, and adapters that fit each other. */
final class EngineParityTest {
  /** Relative: of losses, and of logits by the largest. */
  private static final double TOLERANCE = 1e-4;

  private static final int STEPS = 100;

  @TempDir Path folder;

  private static void train(Workspace w, String engine, String... overrides) {
    String[] all = java.util.Arrays.copyOf(overrides, overrides.length + 2);
    all[overrides.length] = "backend.type=" + engine;
    all[overrides.length + 1] = "output_dir=" + engine;
    w.train(all);
  }

  /** Dropout too is the same everywhere, since its noise is defined bit for bit. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "0.1"})
  void lossCurvesAgree(String dropout) {
    Workspace w = Workspace.ofFixture(folder);
    List<String> engines = Engines.all().toList();
    for (String engine : engines) {
      train(
          w,
          engine,
          "adapter.dropout=" + dropout,
          "max_steps=" + STEPS,
          "micro_batch_size=1",
          "gradient_accumulation_steps=1",
          "eval_steps=50",
          "save_steps=" + STEPS);
    }
    double[] curve = w.losses(engines.get(0));
    assertThat(curve).hasSize(STEPS + 3);
    assertThat(curve[curve.length - 1]).as("held-out loss").isLessThan(0.9 * curve[0]);
    for (String a : engines) {
      for (String b : engines) {
        if (b.compareTo(a) > 0) {
          assertThat(w.largestDifference(a, b)).as("%s and %s", a, b).isLessThan(TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void anAdapterGivesTheSameLogitsOnEveryEngine(String engine) {
    Workspace w = Workspace.ofFixture(folder);
    train(w, engine, "max_steps=10", "val_set_size=0", "gradient_accumulation_steps=1");
    HostTensor expected = logits(w, engine, Optional.of(w.path(engine + "/adapter")));
    assertThat(difference(logits(w, engine, Optional.empty()), expected))
        .as("what the adapter changes")
        .isGreaterThan(0.1);
    List<String> others = Engines.all().filter(e -> !e.equals(engine)).toList();
    assertThat(others).isNotEmpty();
    for (String other : others) {
      assertThat(difference(logits(w, other, Optional.of(w.path(engine + "/adapter"))), expected))
          .as("%s on %s", engine, other)
          .isLessThan(TOLERANCE);
    }
  }

  /** The logits of a few tokens, [1, 12, vocab]. */
  private static HostTensor logits(Workspace w, String engine, Optional<Path> adapterFolder) {
    ModelFolder folder = ModelFolder.open(w.path("model"));
    Optional<SavedAdapter> adapter =
        adapterFolder.map(
            a ->
                AdapterFolder.read(a, List.of(Plugins.discover().adapter("lora").provider()))
                    .bind(folder.model()));
    int length = 12;
    Trace trace = new Trace("logits");
    ForwardPass pass =
        ForwardPass.of(trace, folder.model(), DType.F32)
            .adapter(adapter.map(SavedAdapter::binding))
            .build();
    Tensor ids = trace.input("ids", new TensorType(DType.I64, Shape.of(1, length)));
    Tensor hidden =
        folder
            .model()
            .hidden(
                pass,
                ids,
                trace.iota(1, 1, length),
                AttentionBias.causal(trace, length, DType.F32));
    trace.output("logits", pass.logits(hidden));
    try (Backend backend = Engines.open(engine)) {
      folder.weights().load(backend, DType.F32);
      adapter.ifPresent(a -> a.load(folder.model(), DType.F32, backend, Engines.compiler(backend)));
      HostTensor input =
          HostTensor.generate(DType.I64, Shape.of(1, length), i -> 1 + i * i * 7 % 250);
      try (Executable executable = Expansion.compile(backend, trace.build())) {
        return Objects.requireNonNull(executable.run(Map.of("ids", input)).get("logits"));
      }
    }
  }

  /** The largest difference, relative to the largest logit. */
  private static double difference(HostTensor a, HostTensor b) {
    assertThat(a.shape()).isEqualTo(b.shape());
    double difference = 0;
    double largest = 0;
    for (long i = 0; i < a.shape().size(); i++) {
      difference = Math.max(difference, Math.abs(a.get(i) - b.get(i)));
      largest = Math.max(largest, Math.abs(b.get(i)));
    }
    return difference / largest;
  }
}
