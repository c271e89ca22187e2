package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.ops.Attention;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttentionBiasTest {
  /** What may be attended to, one line for every query, read from a traced bias. */
  private static String[] allowed(Tensor bias, Map<String, HostTensor> inputs) {
    bias.trace().output("bias", bias);
    HostTensor value;
    try (Backend backend = TestBackend.open("reference")) {
      value = TestBackend.run(backend, bias.trace(), inputs).get("bias");
    }
    int s = bias.dim(3);
    String[] out = new String[(int) (bias.shape().size() / s)];
    for (int row = 0; row < out.length; row++) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < s; j++) {
        double b = value.get((long) row * s + j);
        assertThat(b).isIn(0.0, Attention.MASKED);
        line.append(b == 0 ? '+' : '.');
      }
      out[row] = line.toString();
    }
    return out;
  }

  @Test
  void segmentsSeeThemselvesAndTheirParent() {
    Trace trace = new Trace("packed");
    Tensor segments = trace.input("segments", DType.I64, 2, 6);
    Tensor parents = trace.input("parents", DType.I64, 2, 6);
    Tensor bias = AttentionBias.packed(segments, parents, DType.F32);
    assertThat(bias.shape()).isEqualTo(Shape.of(2, 1, 6, 6));
    // Row 0: a prefix 0, its continuations 1 and 2. Row 1: two texts and padding.
    assertThat(
            allowed(
                bias,
                Map.of(
                    "segments",
                    HostTensor.ofLongs(Shape.of(2, 6), 0, 0, 1, 1, 2, 2, 0, 0, 0, 1, 1, 2),
                    "parents",
                    HostTensor.ofLongs(
                        Shape.of(2, 6), -1, -1, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1))))
        .containsExactly(
            "+.....", "++....", "+++...", "++++..", "++..+.", "++..++", "+.....", "++....",
            "+++...", "...+..", "...++.", ".....+");
  }

  @Test
  void causal() {
    Trace trace = new Trace("causal");
    Tensor bias = AttentionBias.causal(trace, 3, DType.F32);
    assertThat(bias.shape()).isEqualTo(Shape.of(1, 1, 3, 3));
    assertThat(allowed(bias, Map.of())).containsExactly("+..", "++.", "+++");
  }

  @Test
  void decodingStartsAtEachRowsStart() {
    Trace trace = new Trace("decoding");
    Tensor starts = trace.input("starts", DType.I64, 2);
    Tensor position = trace.input("position", DType.I64);
    Tensor bias = AttentionBias.decoding(starts, position, 2, 6, DType.F32);
    assertThat(bias.shape()).isEqualTo(Shape.of(2, 1, 2, 6));
    assertThat(
            allowed(
                bias,
                Map.of(
                    "starts",
                    HostTensor.ofLongs(Shape.of(2), 0, 2),
                    "position",
                    HostTensor.ofLongs(Shape.scalar(), 3))))
        .containsExactly("++++..", "+++++.", "..++..", "..+++.");
  }
}
