package dev.graft.engine.tf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.testkit.SmallLlama;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.global.tensorflow;

/** The executor starts whatever is ready; what is not wanted yet has to wait, or all is held. */
final class LoweringTest {
  /** Of every operation of a type, in order, whether it waits for anything beside its operands. */
  private static List<Boolean> waiting(Graph graph, String type) {
    List<Boolean> out = new ArrayList<>();
    Library.load(Runtime.getRuntime().availableProcessors());
    try (Nodes nodes = new Nodes();
        SizeTPointer at = new SizeTPointer(1)) {
      Lowering.of(Expansion.expand(graph, Composites.FUSED), nodes, new Products(nodes, false));
      at.put(0);
      TF_Operation o = tensorflow.TF_GraphNextOperation(nodes.graph(), at);
      while (o != null && !o.isNull()) {
        if (tensorflow.TF_OperationOpType(o).getString().equals(type)) {
          out.add(tensorflow.TF_OperationNumControlInputs(o) > 0);
        }
        o = tensorflow.TF_GraphNextOperation(nodes.graph(), at);
      }
    }
    return out;
  }

  @Test
  void theNoiseOfALayerWaitsForTheLayersBefore() {
    TensorType type = TensorType.of(DType.F32, 512, 64);
    Trace t = new Trace("layers");
    Tensor key = t.input("key", DType.I64, 3);
    Tensor w = t.input("w", DType.F32, 64, 64);
    Tensor x = t.input("x", type);
    for (int i = 0; i < 10; i++) {
      x = x.matmul(w).plus(Uniform.of(key, "layer " + i, type.shape()));
    }
    t.output("y", x);
    List<Boolean> ranges = waiting(t.build(), "Range");
    assertThat(ranges).hasSize(10);
    assertThat(ranges.subList(5, 10)).containsOnly(true);
  }

  /** Scores are computed again in the backward pass, of which forward values are enough. */
  @Test
  void recomputedScoresWaitForTheGradient() {
    SmallLlama model = new SmallLlama(3, 64, 4, 2, 128, 200, 128, 4, DType.F32);
    List<Boolean> exponentials = waiting(model.step(), "Exp");
    assertThat(exponentials).hasSize(3).containsOnly(true);
  }
}
