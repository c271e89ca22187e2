package dev.graft.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.training.Engines;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimizers and clipping on the reference engine, against the papers' loops in plain Java. */
final class TracedOptimizerTest {
  private static final TensorType SCALAR = TensorType.of(DType.F32);

  @ParameterizedTest
  @CsvSource({"0, 0", "0.9, 0", "0.9, 0.1", "0, 0.1"})
  void sgdFollowsItsFormula(double momentum, double decay) {
    Optimizer sgd = Optimizers.create("sgd", Map.of("momentum", momentum), decay);
    assertThat(sgd.slots()).hasSize(momentum == 0 ? 0 : 1);
    double p = 1;
    double b = 0;
    List<Double> gradients = List.of(0.5, -2.0, 1.0);
    List<Double> expected = new ArrayList<>();
    for (double g : gradients) {
      b = momentum * b + g + decay * p;
      p -= 0.1 * b;
      expected.add(p);
    }
    assertThat(run(sgd, gradients))
        .usingComparatorForType((x, y) -> Math.abs(x - y) < 1e-6 ? 0 : 1, Double.class)
        .isEqualTo(expected);
  }

  /** The parameter, 1 at first, after each gradient; learning rate 0.1. */
  private static List<Double> run(Optimizer optimizer, List<Double> gradients) {
    Trace trace = new Trace("update");
    List<Tensor> state = optimizer.slots().stream().map(s -> trace.variable(s, SCALAR)).toList();
    List<Tensor> updated =
        optimizer.update(
            trace.variable("p", SCALAR),
            state,
            trace.input("g", SCALAR),
            trace.input("lr", SCALAR),
            List.of());
    trace.update("p", updated.get(0));
    for (int i = 0; i < state.size(); i++) {
      trace.update(optimizer.slots().get(i), updated.get(i + 1));
    }
    List<Double> out = new ArrayList<>();
    try (Backend backend = Engines.open("reference")) {
      backend.write("p", HostTensor.scalar(1), DType.F32);
      optimizer.slots().forEach(s -> backend.write(s, HostTensor.scalar(0), DType.F32));
      try (Executable e = backend.compile(Expansion.expand(trace.build(), Set.of()))) {
        for (double g : gradients) {
          e.run(Map.of("g", HostTensor.scalar(g), "lr", HostTensor.scalar(0.1)));
          out.add(backend.read("p").get(0));
        }
      }
    }
    return out;
  }

  @Test
  void clippingScalesByTheNormOfAllGradients() {
    Trace trace = new Trace("clip");
    Tensor a = trace.input("a", DType.F32, 2);
    Tensor b = trace.input("b", DType.F32, 1, 1);
    Tensor norm = Clipping.globalNorm(List.of(a, b));
    trace.output("norm", norm);
    trace.output("low", Clipping.scale(norm, 6.5));
    trace.output("high", Clipping.scale(norm, 14));
    try (Backend backend = Engines.open("reference");
        Executable e = backend.compile(Expansion.expand(trace.build(), Set.of()))) {
      Map<String, HostTensor> out =
          e.run(
              Map.of(
                  "a", HostTensor.ofFloats(Shape.of(2), 3, -4),
                  "b", HostTensor.ofFloats(Shape.of(1, 1), 12)));
      assertThat(value(out, "norm")).isCloseTo(13, within(1e-6));
      assertThat(value(out, "low")).isCloseTo(6.5 / (13 + 1e-6), within(1e-6));
      assertThat(value(out, "high")).isEqualTo(1);
    }
  }

  private static double value(Map<String, HostTensor> out, String name) {
    return Objects.requireNonNull(out.get(name)).get(0);
  }
}
