package dev.graft.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.ops.Attention;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the backward pass holds; that its numbers are right is checked by finite differences in the
 * test kit.
 */
class GradientsTest {
  private final Trace trace = new Trace("step");

  private Tensor weight(String name, int... dims) {
    return trace.variable(name, TensorType.of(DType.F32, dims));
  }

  private static long count(Graph g, Class<? extends Op> op) {
    return g.nodes().stream().filter(n -> op.isInstance(n.op())).count();
  }

  @Test
  void nothingBelowTheFirstTrainableWeightIsDifferentiated() {
    Tensor x = trace.input("x", DType.F32, 3, 4);
    Tensor h = x;
    for (int i = 0; i < 5; i++) {
      h = Linear.of(h, weight("frozen" + i, 4, 4), null);
    }
    Tensor y = Linear.of(h, weight("adapter", 4, 4), null);
    Tensor z = Linear.of(y, weight("above", 4, 4), null);
    Tensor adapter = weight("adapter", 4, 4);
    trace.output("g", Gradients.of(z.square().sum(), List.of(adapter)).get(0));
    Graph g = trace.build();
    // Seven forward matmuls; backward: through "above", and the adapter's own gradient.
    assertThat(count(g, Linear.class)).isEqualTo(7);
    assertThat(count(g, Op.MatMul.class)).isEqualTo(2);
  }

  /** Blocks of two products with an activation between them. */
  private Graph blocks(boolean checkpointed) {
    Trace t = new Trace("blocks");
    List<Tensor> trained = new ArrayList<>();
    List<Tensor> checkpoints = new ArrayList<>();
    Tensor x = t.input("x", DType.F32, 1024, 16);
    checkpoints.add(x);
    for (int i = 0; i < 12; i++) {
      Tensor up = t.variable("up" + i, TensorType.of(DType.F32, 128, 16));
      Tensor down = t.variable("down" + i, TensorType.of(DType.F32, 16, 128));
      trained.addAll(List.of(up, down));
      x = x.plus(Linear.of(Linear.of(x, up, null).exp(), down, null));
      checkpoints.add(x);
    }
    List<Tensor> g =
        Gradients.of(x.square().sum(), trained, checkpointed ? checkpoints : List.of());
    for (int i = 0; i < g.size(); i++) {
      t.output("g" + i, g.get(i).square().sum());
    }
    return t.build();
  }

  @Test
  void checkpointsAreAllThatIsKeptOfTheForwardPass() {
    Graph keeping = blocks(false);
    Graph again = blocks(true);
    // The second product of a block is the sum's operand, which no gradient needs.
    assertThat(count(keeping, Linear.class)).isEqualTo(24);
    assertThat(count(again, Linear.class)).isEqualTo(36);
    assertThat(count(again, Op.MatMul.class)).isEqualTo(count(keeping, Op.MatMul.class));
    assertThat(Cost.of(again).peakBytes()).isLessThan(Cost.of(keeping).peakBytes() / 3);
  }

  @Test
  void theForwardPassOfALossThatIsNotAskedForIsPruned() {
    Tensor w = weight("w", 3);
    Tensor loss = w.exp().sum();
    loss.log(); // traced, never used
    trace.output("g", Gradients.of(loss, List.of(w)).get(0));
    Graph g = trace.build();
    assertThat(g.nodes().stream().map(n -> n.op().name()))
        .doesNotContain("log", "reduce_sum")
        .contains("exp");
  }

  @Test
  void anUnreachableTensorHasAGradientOfZeros() {
    Tensor w = weight("w", 3);
    Tensor lost = weight("lost", 2, 2);
    Tensor cut = w.stopGradient().sum();
    List<Tensor> g = Gradients.of(w.sum().plus(cut), List.of(w, lost));
    assertThat(g.get(1).node().op()).isEqualTo(new Op.Fill(0));
    assertThat(g.get(1).shape()).isEqualTo(lost.shape());
  }

  @Test
  void intermediateValuesCanBeDifferentiatedFor() {
    Tensor w = weight("w", 3);
    Tensor h = w.exp();
    List<Tensor> g = Gradients.of(h.square().sum(), List.of(h, w));
    assertThat(g.get(0).shape()).isEqualTo(h.shape());
    assertThat(g.get(1).node().op().name()).isEqualTo("mul");
  }

  @Test
  void compositesKeepTheirFusedBackwardPass() {
    Tensor q = weight("q", 1, 4, 6, 8);
    Tensor k = weight("k", 1, 2, 6, 8);
    Tensor bias = trace.input("bias", DType.F32, 1, 1, 6, 6);
    Tensor out = Attention.of(q, k, k, bias, 0.5).get(0);
    Tensor normed = RmsNorm.of(out, weight("n", 8), 1e-5);
    List<Tensor> g = Gradients.of(normed.square().sum(), List.of(q, k));
    trace.output("dq", g.get(0));
    trace.output("dk", g.get(1));
    Graph graph = trace.build();
    assertThat(graph.nodes().stream().map(n -> n.op().name()))
        .contains("attention_grad", "rms_norm_grad");
    Graph expanded = Expansion.expand(graph, java.util.Set.of("attention", "attention_grad"));
    assertThat(expanded.nodes().stream().map(n -> n.op().name()))
        .contains("attention_grad")
        .doesNotContain("rms_norm_grad", "rms_norm");
    assertThat(Expansion.expand(graph, java.util.Set.of()).composites()).isEmpty();
  }

  @Test
  void aFrozenHeadNeedsNoSecondPassOverTheVocabulary() {
    Tensor h = weight("h", 10, 8);
    Tensor w = weight("w", 50, 8);
    Tensor targets = trace.input("t", DType.I64, 10);
    Tensor nll = LinearCrossEntropy.of(h, w, targets, 4).get(0);
    trace.output("g", Gradients.of(nll.sum(), List.of(h)).get(0));
    Graph g = trace.build();
    assertThat(count(g, Op.MatMul.class)).isZero();
    Graph evaluation = evaluationOnly();
    // Expanded without its gradient: three chunks of logits and nothing else.
    assertThat(count(Expansion.expand(evaluation, java.util.Set.of()), Op.MatMul.class))
        .isEqualTo(3);
  }

  private static Graph evaluationOnly() {
    Trace t = new Trace("evaluation");
    Tensor h = t.input("h", DType.F32, 10, 8);
    Tensor w = t.variable("w", TensorType.of(DType.F32, 50, 8));
    t.output("nll", LinearCrossEntropy.of(h, w, t.input("t", DType.I64, 10), 4).get(0));
    return t.build();
  }

  @Test
  void onlyFloatingScalarsAndTargetsAreAccepted() {
    Tensor w = weight("w", 3);
    assertThatThrownBy(() -> Gradients.of(w, List.of(w))).hasMessageContaining("scalar");
    Tensor ids = trace.input("ids", DType.I64, 3);
    assertThatThrownBy(() -> Gradients.of(w.sum(), List.of(ids))).hasMessageContaining("floating");
  }

  @Test
  void costsCountTheMatmulsAndTheLiveValues() {
    Tensor x = trace.input("x", DType.F32, 16, 32);
    Tensor y = Linear.of(x, weight("w", 64, 32), null);
    Tensor z = y.reshape(64, 16).exp();
    trace.output("z", z);
    Cost cost = Cost.of(trace.build());
    assertThat(cost.flops()).isEqualTo(2L * 16 * 32 * 64 + 16 * 64);
    assertThat(cost.peakBytes()).isEqualTo(2L * 16 * 64 * 4); // y, kept by its view, and z
    assertThat(cost.variableBytes()).isEqualTo(64L * 32 * 4);
    assertThat(cost.toString()).contains("GFLOP", "MB peak");
  }

  @Test
  void nodesAreInAnOrderThatCanBeRun() {
    Tensor w = weight("w", 3);
    trace.output("g", Gradients.of(w.exp().times(w.sin()).sum(), List.of(w)).get(0));
    int last = -1;
    for (Node n : trace.build().nodes()) {
      assertThat(n.id()).isGreaterThan(last);
      last = n.id();
      assertThat(n.inputs()).allMatch(t -> t.node().id() < n.id());
    }
  }
}
