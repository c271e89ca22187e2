package dev.graft.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.graph.Expansion;
import dev.graft.testkit.ResidentMemory;
import dev.graft.testkit.SmallLlama;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What only shows after many steps: memory that grows, and memory that is used after its end. */
final class LongRunsTest {
  /** Resident memory may grow by this over the steps: 2000 floats of 64 rows every other step. */
  private static final long BOUND = 24L << 20;

  private static final SmallLlama MODEL = new SmallLlama(2, 64, 4, 2, 128, 2000, 64, 4, DType.F32);

  private static double loss(Executable step, Map<String, HostTensor> inputs) {
    return Objects.requireNonNull(step.run(inputs).get("loss")).get(0);
  }

  @Test
  void memoryStaysFlatOverTrainingSteps() {
    try (Backend backend = new DjlBackendProvider().open(DjlConfig.defaults())) {
      MODEL.write(backend, 5);
      List<Double> losses = new ArrayList<>();
      try (Executable step = Expansion.compile(backend, MODEL.step())) {
        Map<String, HostTensor> inputs = MODEL.inputs(6);
        assertThat(ResidentMemory.growth(i -> losses.add(loss(step, inputs)))).isLessThan(BOUND);
      }
      assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0));
    }
  }

  @Test
  void aLeakedActivationWouldBeSeen() {
    Torch torch = DjlTorch.open(2);
    HostTensor activation = HostTensor.generate(DType.F32, Shape.of(64, 1000), i -> i);
    List<NativeTensor> leaked = new ArrayList<>();
    try (Conversions conversions = new Conversions(torch, "cpu")) {
      assertThat(
              ResidentMemory.growth(i -> leaked.add(conversions.toDevice(activation, DType.F32))))
          .isGreaterThan(BOUND);
    } finally {
      leaked.forEach(NativeTensor::close);
    }
  }

  @Test
  void collectionsDuringStepsChangeNothing() throws InterruptedException {
    SmallLlama model = SmallLlama.tiny(DType.BF16);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong churned = new AtomicLong();
    Thread collector =
        new Thread(
            () -> {
              // What the collector frees is written over at once.
              while (!stop.get()) {
                for (int i = 0; i < 50; i++) {
                  ByteBuffer b = ByteBuffer.allocateDirect(64 + 64 * (i % 40));
                  while (b.hasRemaining()) {
                    b.put((byte) 0x41);
                  }
                  churned.addAndGet(b.capacity());
                }
                System.gc();
              }
            });
    collector.start();
    try (Backend backend = new DjlBackendProvider().open(DjlConfig.defaults())) {
      model.write(backend, 7);
      try (Executable e = Expansion.compile(backend, model.gradients())) {
        Map<String, HostTensor> first = e.run(model.inputs(8));
        for (int i = 0; i < 60; i++) {
          Map<String, HostTensor> again = e.run(model.inputs(8));
          first.forEach(
              (name, value) ->
                  assertThat(Objects.requireNonNull(again.get(name)).bytes())
                      .as(name)
                      .isEqualTo(value.bytes()));
        }
      }
    } finally {
      stop.set(true);
      collector.join();
    }
    assertThat(churned.get()).isPositive();
  }
}
