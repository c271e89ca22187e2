package dev.graft.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Silu;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class ReferenceBackendTest {
  private static final HostTensor ONE = HostTensor.ofFloats(Shape.of(2), 1, 2);
  private static final HostTensor TWO = HostTensor.ofFloats(Shape.of(2), 3, 4);

  private static Backend open() {
    return new ReferenceProvider().open(new ReferenceConfig());
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  @Test
  void isFoundByName() {
    List<String> found = new ArrayList<>();
    for (BackendProvider<?> p : ServiceLoader.load(BackendProvider.class)) {
      found.add(p.name());
    }
    assertThat(found).contains("reference");
    assertThat(new ReferenceProvider().name()).isEqualTo("reference");
    assertThat(new ReferenceProvider().availability().usable()).isTrue();
  }

  @Test
  void updatesTakeEffectTogether() {
    try (Backend b = open()) {
      b.write("a", ONE, DType.F32);
      b.write("b", TWO, DType.F32);
      Trace t = new Trace("swap");
      Tensor a = t.variable("a", ONE.type());
      t.update("a", t.variable("b", ONE.type()));
      t.update("b", a);
      t.output("old", a);
      try (Executable e = b.compile(t.build())) {
        assertThat(e.run(Map.of()).get("old"))
            .satisfies(v -> assertThat(v.toFloats()).containsExactly(1, 2));
      }
      assertThat(b.read("a").toFloats()).containsExactly(3, 4);
      assertThat(b.read("b").toFloats()).containsExactly(1, 2);
    }
  }

  @Test
  void variablesAreRoundedToTheirType() {
    try (Backend b = open()) {
      b.write("v", HostTensor.ofFloats(Shape.of(2), 1 + 0x1p-8f, 1 + 3 * 0x1p-8f), DType.BF16);
      assertThat(b.read("v").dtype()).isEqualTo(DType.BF16);
      assertThat(b.read("v").toFloats()).containsExactly(1, 1 + 4 * 0x1p-8f);
      TensorType type = TensorType.of(DType.BF16, 2);
      Trace t = new Trace("grow");
      t.update("v", t.variable("v", type).times(1.001));
      try (Executable e = b.compile(t.build())) {
        e.run(Map.of());
        e.run(Map.of());
        e.run(Map.of());
      }
      assertThat(b.read("v").toFloats())
          .as("the increments round away at every step")
          .containsExactly(1, 1 + 4 * 0x1p-8f);
    }
  }

  @Test
  void refusesWhatTheContractSays() {
    Backend b = open();
    b.write("v", ONE, DType.F32);
    refused(ErrorCode.BACKEND_UNSUPPORTED, () -> b.write("w", ONE, DType.F16));
    refused(ErrorCode.BACKEND_VARIABLE, () -> b.read("w"));
    Trace silu = new Trace("silu");
    silu.output("y", Silu.of(silu.input("x", ONE.type())));
    refused(ErrorCode.BACKEND_UNSUPPORTED, () -> b.compile(silu.build()));
    Trace half = new Trace("half");
    half.output("y", half.input("x", DType.F16, 2).cast(DType.F32));
    refused(ErrorCode.BACKEND_UNSUPPORTED, () -> b.compile(half.build()));
    Trace other = new Trace("other");
    other.output("y", other.variable("v", TensorType.of(DType.F32, 3)));
    refused(ErrorCode.BACKEND_VARIABLE, () -> b.compile(other.build()));
    Trace t = new Trace("t");
    t.output("y", t.variable("v", ONE.type()).plus(t.input("x", ONE.type())));
    Executable e = b.compile(t.build());
    refused(ErrorCode.BACKEND_VARIABLE, () -> b.release("v"));
    refused(ErrorCode.BACKEND_VARIABLE, () -> b.write("v", ONE, DType.BF16));
    b.write("v", TWO, DType.F32);
    refused(ErrorCode.BACKEND_INPUT, () -> e.run(Map.of()));
    refused(ErrorCode.BACKEND_INPUT, () -> e.run(Map.of("x", ONE, "y", ONE)));
    refused(ErrorCode.BACKEND_INPUT, () -> e.run(Map.of("x", ONE.reshape(Shape.of(2, 1)))));
    refused(ErrorCode.BACKEND_INPUT, () -> e.run(Map.of("x", ONE.cast(DType.BF16))));
    assertThat(e.run(Map.of("x", ONE)).get("y"))
        .satisfies(v -> assertThat(v.toFloats()).containsExactly(4, 6));
    e.close();
    refused(ErrorCode.BACKEND_CLOSED, () -> e.run(Map.of("x", ONE)));
    b.write("v", ONE, DType.BF16);
    b.release("v");
    b.release("v");
    b.close();
    b.close();
    refused(ErrorCode.BACKEND_CLOSED, () -> b.read("v"));
    refused(ErrorCode.BACKEND_CLOSED, () -> b.write("v", ONE, DType.F32));
  }

  @Test
  void aFailedRunChangesNoVariable() {
    try (Backend b = open()) {
      b.write("v", ONE, DType.F32);
      Trace t = new Trace("t");
      Tensor v = t.variable("v", ONE.type());
      t.update("v", v.times(2));
      t.output("y", v.gather(t.input("i", DType.I64, 1)));
      try (Executable e = b.compile(t.build())) {
        refused(
            ErrorCode.BACKEND_FAILED, () -> e.run(Map.of("i", HostTensor.ofLongs(Shape.of(1), 2))));
      }
      assertThat(b.read("v").toFloats()).containsExactly(1, 2);
    }
  }
}
