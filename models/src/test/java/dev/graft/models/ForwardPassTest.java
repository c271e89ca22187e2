package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForwardPassTest {
  private final Fixture fixture = new Fixture();
  private final Trace trace = new Trace("test");

  private AdapterBinding lora(double dropout, String... targets) {
    Map<String, Object> saved =
        Map.of(
            "peft_type",
            "LORA",
            "r",
            4,
            "lora_alpha",
            8,
            "lora_dropout",
            dropout,
            "target_modules",
            List.of(targets));
    return AdapterBinding.bind(TestBackend.adapter(saved).orElseThrow(), fixture.model().sites());
  }

  private ForwardPass.Builder pass(DType dtype) {
    return ForwardPass.of(trace, fixture.model(), dtype);
  }

  private Tensor hidden(ForwardPass pass) {
    Tensor ids = trace.input("ids", fixture.ids.type());
    Tensor positions = trace.input("positions", fixture.positions.type());
    return fixture
        .model()
        .hidden(pass, ids, positions, AttentionBias.causal(trace, fixture.length, pass.dtype()));
  }

  private Graph loss(ForwardPass pass) {
    Tensor targets = trace.input("targets", DType.I64, 3);
    Tensor at = trace.input("at", DType.I64, 3);
    trace.output("nll", LanguageModelLoss.nll(pass, hidden(pass), at, targets));
    return trace.build();
  }

  @Test
  void theModelSaysWhatIsBetweenItsBlocks() {
    ForwardPass pass = pass(DType.F32).build();
    Tensor hidden = hidden(pass);
    assertThat(pass.checkpoints())
        .hasSize(fixture.model().config().layers() + 1)
        .doesNotHaveDuplicates()
        .allMatch(x -> x.type().equals(hidden.type()));
  }

  @Test
  void aFrozenHeadIsFusedWithItsLossAndATrainedOneIsNot() {
    assertThat(loss(pass(DType.F32).build()).composites())
        .contains(LinearCrossEntropy.class)
        .doesNotContain(CrossEntropy.class);
  }

  @Test
  void aTrainedHeadHasItsLogits() {
    Set<String> embedding = Set.of("model.embed_tokens.weight");
    assertThat(loss(pass(DType.F32).trainable(embedding).build()).composites())
        .contains(CrossEntropy.class)
        .doesNotContain(LinearCrossEntropy.class);
  }

  @Test
  void anAdaptedHeadHasItsLogits() {
    Graph graph = loss(pass(DType.F32).adapter(lora(0, "lm_head")).build());
    assertThat(graph.composites())
        .contains(CrossEntropy.class)
        .doesNotContain(LinearCrossEntropy.class);
    assertThat(graph.variables()).containsKey("adapter.lm_head.lora_A");
  }

  @Test
  void variablesHaveTheDTypesThatTheyAreStoredIn() {
    Graph graph =
        loss(
            pass(DType.BF16)
                .trainable(Set.of("model.norm.weight"))
                .adapter(lora(0, "q_proj"))
                .build());
    Map<String, TensorType> variables = graph.variables();
    assertThat(variables).hasSize(20 + 4);
    variables.forEach(
        (name, type) -> {
          boolean wide = name.startsWith("adapter.") || name.equals("model.norm.weight");
          assertThat(type.dtype()).as(name).isEqualTo(wide ? DType.F32 : DType.BF16);
        });
    assertThat(graph.outputs().get("nll")).isNotNull();
  }

  @Test
  void everyLayerIsTracedAtItsSite() {
    Graph graph = loss(pass(DType.F32).build());
    Set<String> sites =
        Set.copyOf(graph.nodes().stream().map(n -> n.site()).filter(s -> !s.isEmpty()).toList());
    assertThat(sites).contains("model.embed_tokens", "model.layers.1.mlp.gate_proj", "lm_head");
  }

  @Test
  void dropoutHasNoiseOfItsOwnAtEverySite() {
    Tensor key = trace.input("key", DType.I64, 3);
    ForwardPass pass = pass(DType.F32).adapter(lora(0.5, "q_proj")).training(key).build();
    assertThat(pass.training()).isTrue();
    Graph graph = loss(pass);
    List<Object> noise =
        graph.nodes().stream().map(n -> (Object) n.op()).filter(Uniform.class::isInstance).toList();
    Shape x = Shape.of(2, 24, 64);
    assertThat(noise)
        .containsExactlyInAnyOrder(
            new Uniform(Noise.site("model.layers.0.self_attn.q_proj/dropout"), x),
            new Uniform(Noise.site("model.layers.1.self_attn.q_proj/dropout"), x));
  }

  @Test
  void withoutTrainingThereIsNoDropout() {
    ForwardPass pass = pass(DType.F32).adapter(lora(0.5, "q_proj")).build();
    assertThat(pass.training()).isFalse();
    assertThat(loss(pass).composites()).doesNotContain(Uniform.class);
  }

  @Test
  void namesThatTheModelDoesNotHave() {
    assertThatThrownBy(() -> pass(DType.F32).trainable(Set.of("x")).build())
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GRAPH_INVALID));
    ForwardPass pass = pass(DType.F32).build();
    assertThatThrownBy(() -> pass.weight("y"))
        .isInstanceOf(GraftException.class)
        .hasMessageContaining("'y'");
  }

  /** bf16 against fp32, on every backend that computes in it. */
  @Test
  void bf16LossesAreNearThoseOfFp32() {
    int compared = 0;
    for (String name : TestBackend.names().toList()) {
      try (Backend backend = TestBackend.open(name)) {
        if (!backend.capabilities().dtypes().contains(DType.BF16)) {
          continue;
        }
        fixture.folder.weights().load(backend, DType.BF16);
        Trace bf16 = new Trace("bf16");
        ForwardPass pass = ForwardPass.of(bf16, fixture.model(), DType.BF16).build();
        Tensor hidden =
            fixture
                .model()
                .hidden(
                    pass,
                    bf16.input("ids", fixture.ids.type()),
                    bf16.input("positions", fixture.positions.type()),
                    AttentionBias.causal(bf16, fixture.length, DType.BF16));
        Tensor nll =
            LanguageModelLoss.nll(
                pass,
                hidden,
                bf16.input("at", fixture.targetPositions.type()),
                bf16.input("targets", fixture.targets.type()));
        bf16.output("loss", nll.sum().times(1.0 / nll.dim(0)));
        HostTensor loss =
            TestBackend.run(
                    backend,
                    bf16,
                    Map.of(
                        "ids", fixture.ids,
                        "positions", fixture.positions,
                        "at", fixture.targetPositions,
                        "targets", fixture.targets))
                .get("loss");
        double expected = fixture.json("base.json").path("loss").doubleValue();
        assertThat(Math.abs(loss.get(0) - expected) / expected).as(name).isLessThan(2e-2);
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void noAdapterIsTheSameAsNone() {
    assertThat(loss(pass(DType.F32).adapter(Optional.empty()).build()).variables()).hasSize(20);
  }
}
