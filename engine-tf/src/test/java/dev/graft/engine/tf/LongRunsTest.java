package dev.graft.engine.tf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.graph.Expansion;
import dev.graft.testkit.ResidentMemory;
import dev.graft.testkit.SmallLlama;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What only shows after many steps: memory that grows. */
final class LongRunsTest {
  /** Resident memory may grow by this over the steps: 2000 floats of 64 rows every other step. */
  private static final long BOUND = 24L << 20;

  private static final SmallLlama MODEL = new SmallLlama(2, 64, 4, 2, 128, 2000, 64, 4, DType.F32);

  @Test
  void memoryStaysFlatOverTrainingSteps() {
    try (Backend backend = new TfBackendProvider().open(TfConfig.defaults())) {
      MODEL.write(backend, 5);
      List<Double> losses = new ArrayList<>();
      try (Executable step = Expansion.compile(backend, MODEL.step())) {
        Map<String, HostTensor> inputs = MODEL.inputs(6);
        assertThat(
                ResidentMemory.growth(
                    i -> losses.add(Objects.requireNonNull(step.run(inputs).get("loss")).get(0))))
            .isLessThan(BOUND);
      }
      assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0));
    }
  }

  @Test
  void aLeakedActivationWouldBeSeen() {
    HostTensor activation = HostTensor.generate(DType.F32, Shape.of(64, 1000), i -> i);
    List<Handle> leaked = new ArrayList<>();
    try (Context context = Context.open(Runtime.getRuntime().availableProcessors())) {
      assertThat(ResidentMemory.growth(i -> leaked.add(context.toDevice(activation, DType.F32))))
          .isGreaterThan(BOUND);
      leaked.forEach(Handle::close);
    }
  }

  /** Executables come and go over a long-lived backend, as in a server that loads adapters. */
  @Test
  void closedExecutablesLeaveNothingBehind() {
    SmallLlama model = SmallLlama.tiny(DType.F32);
    try (Backend backend = new TfBackendProvider().open(TfConfig.defaults())) {
      model.write(backend, 5);
      Map<String, HostTensor> inputs = model.inputs(6);
      long growth =
          ResidentMemory.growth(
              i -> {
                if (i % 5 == 0) {
                  try (Executable step = Expansion.compile(backend, model.step())) {
                    step.run(inputs);
                  }
                }
              });
      assertThat(growth).isLessThan(BOUND);
    }
  }
}
