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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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

  /** Algorithm 1 of arXiv 2405.15682 with z and x, on every engine: y and x after every step. */
  @ParameterizedTest
  @MethodSource("scheduleFree")
  void scheduleFreeAdamWFollowsItsAlgorithm(String engine, double beta1, int warmup, double decay) {
    int steps = 12;
    double beta2 = 0.95;
    double eps = 1e-8;
    Schedule schedule = new Schedule(ScheduleKind.CONSTANT_WITH_WARMUP, warmup, steps, 0);
    Optimizer optimizer =
        Optimizers.create(
            "schedule-free-adamw",
            Map.of("betas", List.of(beta1, beta2), "eps", eps),
            decay,
            schedule);
    assertThat(optimizer.averages()).isTrue();
    Trace trace = new Trace("update");
    TensorType type = TensorType.of(DType.F32, 2);
    List<Tensor> state = optimizer.slots().stream().map(s -> trace.variable(s, type)).toList();
    List<Tensor> scalars = optimizer.scalars().stream().map(s -> trace.input(s, SCALAR)).toList();
    List<Tensor> updated =
        optimizer.update(
            trace.variable("p", type),
            state,
            trace.input("g", type),
            trace.input("lr", SCALAR),
            scalars);
    trace.update("p", updated.get(0));
    for (int i = 0; i < state.size(); i++) {
      trace.update(optimizer.slots().get(i), updated.get(i + 1));
    }
    trace.output("x", optimizer.evaluated(updated.get(0), updated.subList(1, updated.size())));
    double[] start = {1, -0.5};
    double[] z = start.clone();
    double[] x = start.clone();
    double[] y = start.clone();
    double[] v = new double[2];
    double sum = 0;
    try (Backend backend = Engines.open(engine)) {
      backend.write("p", HostTensor.ofFloats(Shape.of(2), 1, -0.5f), DType.F32);
      optimizer
          .slots()
          .forEach(s -> backend.write(s, HostTensor.ofFloats(Shape.of(2), 0, 0), DType.F32));
      try (Executable e = backend.compile(Expansion.expand(trace.build(), Set.of()))) {
        for (int t = 1; t <= steps; t++) {
          float[] g = {(float) Math.sin(3.0 * t), (float) (2 * Math.cos(t))};
          double lr = 0.1 * schedule.factor(t - 1);
          double gamma = lr * Math.sqrt(1 - Math.pow(beta2, t));
          sum += gamma * gamma;
          double c = sum == 0 ? 0 : gamma * gamma / sum;
          for (int i = 0; i < 2; i++) {
            v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
            z[i] -= gamma * (g[i] / (Math.sqrt(v[i]) + eps) + decay * y[i]);
            x[i] = (1 - c) * x[i] + c * z[i];
            y[i] = (1 - beta1) * z[i] + beta1 * x[i];
          }
          Map<String, HostTensor> in = new HashMap<>();
          in.put("g", HostTensor.ofFloats(Shape.of(2), g));
          in.put("lr", HostTensor.scalar(lr));
          for (int s = 0; s < scalars.size(); s++) {
            in.put(optimizer.scalars().get(s), HostTensor.scalar(optimizer.scalarsAt(t).get(s)));
          }
          HostTensor average = Objects.requireNonNull(e.run(in).get("x"));
          for (int i = 0; i < 2; i++) {
            assertThat(backend.read("p").get(i)).as("y, step %d", t).isCloseTo(y[i], within(2e-6));
            assertThat(average.get(i)).as("x, step %d", t).isCloseTo(x[i], within(2e-6));
          }
        }
      }
    }
    assertThat(Math.abs(x[0] - y[0])).isGreaterThan(1e-4);
  }

  /** engine × β₁, warm-up and decay. */
  static List<Arguments> scheduleFree() {
    return Engines.all()
        .flatMap(
            e ->
                Stream.of(
                    Arguments.of(e, 0.9, 4, 0.1),
                    Arguments.of(e, 0.9, 0, 0),
                    Arguments.of(e, 0, 3, 0.01)))
        .toList();
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
