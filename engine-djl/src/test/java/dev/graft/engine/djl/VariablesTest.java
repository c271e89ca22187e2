package dev.graft.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.AdamW;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads see the values from before the run, however the update is carried out. */
final class VariablesTest {
  private static final TensorType PAIR = TensorType.of(DType.F32, 2);
  private static final TensorType SCALAR = TensorType.of(DType.F32);

  private static Backend open() {
    return new DjlBackendProvider().open(DjlConfig.defaults());
  }

  private static HostTensor pair(float a, float b) {
    return HostTensor.ofFloats(Shape.of(2), a, b);
  }

  private static List<Tensor> adamW(Trace t, Tensor p, Tensor g) {
    return AdamW.of(
        new AdamW(0.9, 0.999, 1e-8, 0.1),
        p,
        t.variable("m", PAIR),
        t.variable("v", PAIR),
        g,
        t.fill(0.5, SCALAR),
        t.fill(0.1, SCALAR),
        t.fill(0.001, SCALAR));
  }

  private static HostTensor get(Map<String, HostTensor> outputs, String key) {
    return Objects.requireNonNull(outputs.get(key), key);
  }

  private static Lowering.Program lower(Graph g) {
    return Lowering.of(g, Kernels.portable(), "cpu");
  }

  @Test
  void anOptimizerStepTakesPlaceInTheParametersMemory() {
    Trace t = new Trace("step");
    Tensor p = t.variable("p", PAIR);
    List<Tensor> next = adamW(t, p, p.times(2));
    t.update("p", next.get(0));
    t.update("m", next.get(1));
    t.update("v", next.get(2));
    Lowering.Program program = lower(t.build());
    assertThat(program.replaced()).isEmpty();
    assertThat(program.source()).doesNotContain("clone");
  }

  @Test
  void aLargeParameterIsUpdatedInPiecesAsASmallOne() {
    int n = 600_001;
    Trace t = new Trace("large");
    TensorType type = TensorType.of(DType.F32, n);
    Tensor x = t.input("x", type);
    List<Tensor> state = List.of(x, x.times(0.5), x.square());
    List<Tensor> next =
        AdamW.of(
            new AdamW(0.9, 0.999, 1e-8, 0.1),
            t.variable("p", type),
            state.get(1),
            state.get(2),
            x.neg(),
            t.fill(0.5, SCALAR),
            t.fill(0.1, SCALAR),
            t.fill(0.001, SCALAR));
    t.update("p", next.get(0));
    t.output("m", next.get(1));
    t.output("v", next.get(2));
    t.output("old m", state.get(1));
    Graph whole = t.build();
    Graph expanded = Expansion.expand(whole, Set.of());
    assertThat(lower(whole).source()).contains("for ");
    HostTensor p = HostTensor.generate(DType.F32, Shape.of(n), i -> 1 + i % 5);
    HostTensor value = HostTensor.generate(DType.F32, Shape.of(n), i -> (i % 11 - 5) * 0.1);
    try (Backend backend = open()) {
      Map<String, HostTensor> results = new HashMap<>();
      for (Graph g : List.of(whole, expanded)) {
        backend.write("p", p, DType.F32);
        try (Executable e = backend.compile(g)) {
          Map<String, HostTensor> out = new HashMap<>(e.run(Map.of("x", value)));
          out.put("p", backend.read("p"));
          out.forEach(
              (name, tensor) -> {
                HostTensor other = results.putIfAbsent(name, tensor);
                if (other != null) {
                  float[] a = tensor.toFloats();
                  float[] b = other.toFloats();
                  double worst = 0;
                  for (int i = 0; i < n; i++) {
                    worst = Math.max(worst, Math.abs(a[i] - b[i]));
                  }
                  assertThat(worst).as("largest difference of %s", name).isLessThan(1e-6);
                }
              });
        }
      }
      assertThat(results).hasSize(4);
    }
  }

  @Test
  void aLaterReadOfAParameterKeepsItsOldValue() {
    Trace t = new Trace("step");
    Tensor p = t.variable("p", PAIR);
    List<Tensor> next = adamW(t, p, p.times(2));
    t.update("p", next.get(0));
    t.update("m", next.get(1));
    t.update("v", next.get(2));
    t.update("copy", next.get(0));
    t.output("view", p.reshape(2, 1));
    t.output("after", p.plus(next.get(0)));
    Graph g = t.build();
    assertThat(lower(g).replaced()).contains("p").doesNotContain("m", "v");
    try (Backend backend = open()) {
      backend.write("p", pair(1, -1), DType.F32);
      backend.write("m", pair(0, 0), DType.F32);
      backend.write("v", pair(0, 0), DType.F32);
      try (Executable e = backend.compile(g)) {
        Map<String, HostTensor> out = e.run(Map.of());
        // g = 2p, so m'/(1-b1) = g and v'/(1-b2) = g²: the step is lr·sign(g) after the decay.
        double expected = 1 * (1 - 0.5 * 0.1) - 0.5;
        assertThat(get(out, "view").toFloats()).containsExactly(1, -1);
        assertThat(backend.read("p").get(0)).isCloseTo(expected, within(1e-6));
        assertThat(backend.read("copy").get(1)).isCloseTo(-expected, within(1e-6));
        assertThat(get(out, "after").get(0)).isCloseTo(1 + expected, within(1e-6));
        e.run(Map.of());
        assertThat(backend.read("p").get(0)).isNotEqualTo(backend.read("copy").get(1));
      }
    }
  }

  @Test
  void aCacheIsUpdatedInPlaceUnlessItsOldValueIsStillRead() {
    for (boolean readsOld : new boolean[] {false, true}) {
      Trace t = new Trace("cache");
      TensorType type = TensorType.of(DType.F32, 3, 2);
      Tensor cache = t.variable("cache", type);
      Tensor next = cache.updateSlice(0, t.input("row", DType.F32, 1, 2), t.input("at", DType.I64));
      t.update("cache", next);
      t.output("sum", next.sum());
      if (readsOld) {
        t.output("old", cache.sum());
      }
      Graph g = t.build();
      assertThat(lower(g).replaced()).hasSize(readsOld ? 1 : 0);
      try (Backend backend = open()) {
        backend.write("cache", HostTensor.generate(DType.F32, Shape.of(3, 2), i -> 1), DType.F32);
        try (Executable e = backend.compile(g)) {
          HostTensor row = HostTensor.ofFloats(Shape.of(1, 2), 5, 6);
          for (int i = 0; i < 3; i++) {
            Map<String, HostTensor> out =
                e.run(Map.of("row", row, "at", HostTensor.ofLongs(Shape.scalar(), i)));
            assertThat(get(out, "sum").get(0)).isEqualTo(6 + 9 * (i + 1));
            if (readsOld) {
              assertThat(get(out, "old").get(0)).isEqualTo(6 + 9 * i);
            }
          }
          Map<String, HostTensor> outside =
              Map.of("row", row, "at", HostTensor.ofLongs(Shape.scalar(), 3));
          assertThatThrownBy(() -> e.run(outside))
              .isInstanceOfSatisfying(
                  GraftException.class,
                  x -> assertThat(x.code()).isEqualTo(ErrorCode.BACKEND_FAILED))
              .hasMessageContaining("exceeds dimension size");
        }
      }
    }
  }

  @Test
  void anAccumulatorIsAddedToInPlace() {
    Trace t = new Trace("accumulate");
    Tensor sum = t.variable("sum", PAIR);
    t.update("sum", sum.plus(t.input("x", PAIR)));
    Graph g = t.build();
    assertThat(lower(g).replaced()).isEmpty();
    try (Backend backend = open()) {
      backend.write("sum", pair(0, 0), DType.F32);
      try (Executable e = backend.compile(g)) {
        e.run(Map.of("x", pair(1, 2)));
        e.run(Map.of("x", pair(3, 5)));
      }
      assertThat(backend.read("sum").toFloats()).containsExactly(4, 7);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void valuesOfEveryDtypeAreStoredAndRounded(DType from) {
    HostTensor value =
        HostTensor.generate(DType.F32, Shape.of(2, 3), i -> (i - 2) * 1.001).cast(from);
    try (Backend backend = open()) {
      for (DType to : backend.capabilities().dtypes()) {
        backend.write("w", value, to);
        HostTensor expected = value.cast(to);
        assertThat(backend.read("w").type()).isEqualTo(expected.type());
        assertThat(backend.read("w").toDoubles()).isEqualTo(expected.toDoubles());
      }
    }
  }
}
