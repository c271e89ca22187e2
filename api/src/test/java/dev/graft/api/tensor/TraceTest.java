package dev.graft.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import org.junit.jupiter.api.Test;

class TraceTest {
  private final Trace trace = new Trace("test");

  @Test
  void aWrongWidthNamesTheSite() {
    Tensor x = trace.input("x", DType.F32, 2, 512);
    Tensor w = trace.variable("w", TensorType.of(DType.F32, 10, 576));
    assertThatThrownBy(
            () -> trace.at("model.layers.3.self_attn.q_proj", () -> Linear.of(x, w, null)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GRAPH_SHAPE))
        .hasMessage(
            "model.layers.3.self_attn.q_proj: linear: expected [.., 576] for a weight [10, 576], received [2, 512]");
  }

  @Test
  void mixedDtypesAreRefused() {
    Tensor a = trace.input("a", DType.F32, 2);
    Tensor b = trace.input("b", DType.BF16, 2);
    assertThatThrownBy(() -> a.plus(b))
        .hasMessage("add: expected operands of one dtype, received f32[2] and bf16[2]");
    assertThatThrownBy(() -> a.cast(DType.F16)).hasMessageContaining("f16");
    assertThatThrownBy(() -> a.and(a)).hasMessageContaining("i64 or bool");
  }

  @Test
  void equalOperationsAreRecordedOnce() {
    Tensor a = trace.input("a", DType.F32, 2);
    assertThat(a.exp().times(2)).isEqualTo(a.exp().times(2));
    assertThat(a.after(a.exp())).isNotEqualTo(a);
  }

  @Test
  void aGraphHoldsOnlyWhatItsOutputsNeed() {
    Tensor a = trace.input("a", DType.F32, 2);
    trace.input("unused", DType.I64, 3);
    a.exp();
    Tensor w = trace.variable("w", TensorType.of(DType.F32, 2));
    trace.output("y", a.plus(w));
    trace.update("w", w.times(2));
    Graph g = trace.build();
    assertThat(g.inputs()).containsOnlyKeys("a", "unused");
    assertThat(g.toString())
        .isEqualTo(
            """
            graph test {
              input a: f32[2]
              input unused: i64[3]
              variable w: f32[2]
              %0: f32[2] = input[key=a]()
              %3: f32[2] = variable[key=w]()
              %4: f32[2] = add(%0, %3)
              %5: f32[] = fill[value=2.0]()
              %6: f32[2] = mul(%3, %5)
              output y = %4
              update w = %6
            }
            """);
  }

  @Test
  void operandsOfAnotherTraceAreRefused() {
    Tensor a = trace.input("a", DType.F32, 2);
    Tensor b = new Trace("other").input("b", DType.F32, 2);
    assertThatThrownBy(() -> a.plus(b)).hasMessageContaining("received one of 'other'");
  }

  @Test
  void namesKeepTheirTypes() {
    trace.input("a", DType.F32, 2);
    assertThatThrownBy(() -> trace.input("a", DType.F32, 3)).hasMessageContaining("to stay f32[2]");
    Tensor w = trace.variable("w", TensorType.of(DType.F32, 2));
    assertThatThrownBy(() -> trace.update("w", w.sum())).hasMessageContaining("f32[2]");
    trace.output("y", w);
    assertThatThrownBy(() -> trace.output("y", w)).hasMessageContaining("unique");
  }

  @Test
  void shapesOfPrimitivesAreInferred() {
    Tensor x = trace.input("x", DType.F32, 2, 3, 4);
    Tensor y = trace.input("y", DType.F32, 1, 5, 4);
    assertThat(x.matmul(y, false, true).shape()).isEqualTo(Shape.of(2, 3, 5));
    assertThat(x.sum(-1).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(x.meanKeep(0, 2).shape()).isEqualTo(Shape.of(1, 3, 1));
    assertThat(x.permute(2, 0, 1).shape()).isEqualTo(Shape.of(4, 2, 3));
    assertThat(x.transpose(-1, 0).shape()).isEqualTo(Shape.of(4, 3, 2));
    assertThat(x.argMax(1).type()).isEqualTo(TensorType.of(DType.I64, 2, 4));
    Tensor index = trace.input("i", DType.I64, 7, 2);
    assertThat(x.gather(index).shape()).isEqualTo(Shape.of(7, 2, 3, 4));
    assertThat(x.gather(index).scatterAdd(index, 2).shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThatThrownBy(() -> x.matmul(x)).hasMessageContaining("equal inner extents");
    assertThatThrownBy(() -> x.slice(2, 3, 5)).hasMessageContaining("end ≤ 4");
    assertThatThrownBy(() -> x.reshape(5, 5)).hasMessageContaining("24 elements");
    assertThatThrownBy(() -> x.permute(0, 0, 1)).hasMessageContaining("permutation");
  }
}
