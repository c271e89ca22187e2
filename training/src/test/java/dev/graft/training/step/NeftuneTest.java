package dev.graft.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.models.ModelFolder;
import dev.graft.training.Engines;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.optim.Optimizers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** NEFTune's noise against its formula, and where it acts. */
final class NeftuneTest {
  private final LlamaFixture fixture = new LlamaFixture();

  private static PackedBatch batch(Shape shape, long... segments) {
    HostTensor tokens = HostTensor.ofLongs(shape, segments);
    HostTensor none = HostTensor.ofLongs(Shape.of(1), 0);
    HostTensor weights = HostTensor.ofFloats(Shape.of(1), 0);
    return new PackedBatch(tokens, tokens, tokens, tokens, none, none, weights, 0, 0, 0);
  }

  /** Two rows of examples with 2, 3 and 1 tokens, then 4 and 2. */
  @Test
  void everyExampleHasItsOwnLength() {
    HostTensor scale =
        Neftune.scale(batch(Shape.of(2, 6), 0, 0, 1, 1, 1, 2, 0, 0, 0, 0, 1, 1), 5, 8);
    assertThat(scale.shape()).isEqualTo(Shape.of(2, 6, 1));
    int[] lengths = {2, 2, 3, 3, 3, 1, 4, 4, 4, 4, 2, 2};
    for (int i = 0; i < lengths.length; i++) {
      assertThat(scale.get(i)).isCloseTo(5 / Math.sqrt(lengths[i] * 8.0), within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void addsTheRunsNoise(String engine) {
    Shape shape = Shape.of(2, 3, 4);
    Trace trace = new Trace("noise");
    Tensor embeddings = trace.input("e", DType.F32, 2, 3, 4);
    Tensor scale = trace.input("s", DType.F32, 2, 3, 1);
    trace.output("y", Neftune.of(embeddings, StepInputs.noiseKey(trace), scale));
    HostTensor e = HostTensor.generate(DType.F32, shape, i -> 0.25 * i);
    HostTensor s = HostTensor.generate(DType.F32, Shape.of(2, 3, 1), i -> 1 + i);
    try (Backend backend = Engines.open(engine);
        Executable executable = Expansion.compile(backend, trace.build())) {
      HostTensor y =
          Objects.requireNonNull(
              executable
                  .run(Map.of("e", e, "s", s, "noise", StepInputs.noiseKey(9, 4, 1)))
                  .get("y"));
      for (int i = 0; i < shape.size(); i++) {
        double u = Noise.uniform(9, 4, 1, Noise.site("neftune"), i);
        double expected = 0.25 * i + (2 * u - 1) * (1 + i / 4);
        assertThat(y.get(i)).isCloseTo(expected, within(1e-6));
      }
    }
  }

  /** The loss of a step with noise is that of another embedding; evaluation has none. */
  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void actsInTrainingOnly(String engine) {
    ModelFolder folder = fixture.model();
    TrainedModel model = TrainedModel.full(folder.model(), DType.F32);
    PackedBatch batch = fixture.batch();
    double plain = fixture.json("base").get("full_adamw3_clip1").get("losses").get(0).asDouble();
    StepGraphs graphs =
        new StepGraphs(model, Optimizers.create("sgd", Map.of(), 0), new StepOptions(0, 5, false));
    try (Backend backend = Engines.open(engine);
        TrainStep step = new TrainStep(backend, graphs, 7);
        EvalStep eval = new EvalStep(backend, graphs)) {
      folder.weights().load(backend, DType.F32, model.trainableWeights());
      step.resetState();
      assertThat(eval.loss(List.of(batch))).isCloseTo(plain, within(5e-5 * plain));
      double noisy = step.run(1, 0, List.of(batch), () -> "the fixture").loss();
      double other = step.run(2, 0, List.of(batch), () -> "the fixture").loss();
      assertThat(noisy).isNotCloseTo(plain, within(1e-3));
      assertThat(other).isNotCloseTo(noisy, within(1e-4));
      assertThat(eval.loss(List.of(batch))).isCloseTo(plain, within(5e-5 * plain));
    }
  }
}
