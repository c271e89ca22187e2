package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Gradients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend against the values of transformers and peft. */
class LlamaFixtureTest {
  /** Relative, for logits and gradients, by tensor. */
  private static final double TENSOR = 1e-4;

  /** Relative, for losses. */
  private static final double LOSS = 5e-5;

  private final Fixture fixture = new Fixture();

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  /** backend × adapter. */
  static List<List<String>> adapters() {
    List<List<String>> out = new ArrayList<>();
    for (String backend : backends()) {
      for (String adapter :
          List.of(
              "lora", "lora_all", "rslora", "lora_pattern", "lora_embed", "lora_bias_modsave")) {
        out.add(List.of(backend, adapter));
      }
    }
    return out;
  }

  @Test
  void allEnginesAreSeen() {
    assertThat(backends()).contains("djl-pytorch", "reference", "tensorflow");
  }

  /** One trace of the batch: logits, the nll of every target, their mean. */
  private final class Batch {
    final Trace trace = new Trace("fixture");
    final ForwardPass pass;
    final Tensor nll;
    final Tensor loss;

    Batch(DType dtype, Optional<AdapterBinding> adapter, Set<String> trainable) {
      CausalLm model = fixture.model();
      pass = ForwardPass.of(trace, model, dtype).adapter(adapter).trainable(trainable).build();
      Tensor ids = trace.input("ids", fixture.ids.type());
      Tensor positions = trace.input("positions", fixture.positions.type());
      Tensor bias = AttentionBias.causal(trace, fixture.length, dtype);
      Tensor hidden = model.hidden(pass, ids, positions, bias);
      trace.output("logits", pass.logits(hidden));
      Tensor at = trace.input("at", fixture.targetPositions.type());
      Tensor targets = trace.input("targets", fixture.targets.type());
      nll = LanguageModelLoss.nll(pass, hidden, at, targets);
      loss = nll.sum().times(1.0 / nll.dim(0));
      trace.output("nll", nll);
      trace.output("loss", loss);
    }

    TestBackend.Outputs run(Backend backend) {
      return TestBackend.run(
          backend,
          trace,
          Map.of(
              "ids",
              fixture.ids,
              "positions",
              fixture.positions,
              "at",
              fixture.targetPositions,
              "targets",
              fixture.targets));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void logitsAndTokenLosses(String name) {
    try (Backend backend = TestBackend.open(name)) {
      fixture.folder.weights().load(backend, DType.F32);
      TestBackend.Outputs out = new Batch(DType.F32, Optional.empty(), Set.of()).run(backend);
      fixture.assertLogits(out.get("logits"), fixture.base.tensor("logits"), TENSOR);
      fixture.assertLogits(out.get("logits"), fixture.base.tensor("logits_f64_as_f32"), TENSOR);
      assertThat(fixture.targets.shape().dim(0))
          .isEqualTo(Fixture.json("base.json").path("n_targets").intValue());
      HostTensor expected = fixture.base.tensor("token_loss");
      for (int i = 0; i < fixture.targets.shape().size(); i++) {
        int at = (int) fixture.targetPositions.getLong(i);
        int row = at / fixture.length;
        double loss = expected.get(row * (fixture.length - 1) + at % fixture.length);
        assertThat(out.get("nll").get(i)).isCloseTo(loss, within(loss * LOSS));
      }
      double loss = Fixture.json("base.json").path("loss_f64").doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(loss, within(loss * LOSS));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void fullGradientNorms(String name) {
    try (Backend backend = TestBackend.open(name)) {
      Set<String> all = new TreeSet<>();
      fixture.model().weights().forEach(w -> all.add(w.name()));
      fixture.folder.weights().load(backend, DType.F32, all);
      Batch batch = new Batch(DType.F32, Optional.empty(), all);
      List<String> names = List.copyOf(all);
      List<Tensor> weights = names.stream().map(batch.pass::weight).toList();
      List<Tensor> gradients = Gradients.of(batch.loss, weights);
      for (int i = 0; i < names.size(); i++) {
        batch.trace.output("grad." + names.get(i), gradients.get(i));
      }
      TestBackend.Outputs out = batch.run(backend);
      JsonNode expected = Fixture.json("base.json").path("full_grad_norms");
      assertThat(names).hasSameSizeAs(List.copyOf(expected.properties()));
      for (String n : names) {
        double norm = expected.path(n).doubleValue();
        assertThat(Fixture.norm(out.get("grad." + n))).as(n).isCloseTo(norm, within(norm * TENSOR));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void adapterLogitsAndLoss(List<String> names) {
    try (Backend backend = TestBackend.open(names.get(0))) {
      SavedAdapter adapter = fixture.adapter(names.get(1)).bind(fixture.model());
      adapter.weights(fixture.folder.weights()).load(backend, DType.F32);
      adapter.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
      TestBackend.Outputs out =
          new Batch(DType.F32, Optional.of(adapter.binding()), Set.of()).run(backend);
      fixture.assertLogits(
          out.get("logits"), fixture.adapterValues(names.get(1)).tensor("logits"), TENSOR);
      double loss = Fixture.json(names.get(1) + ".json").path("loss").doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(loss, within(loss * LOSS));
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void adapterGradients(List<String> names) {
    try (Backend backend = TestBackend.open(names.get(0))) {
      SavedAdapter adapter = fixture.adapter(names.get(1)).bind(fixture.model());
      adapter.weights(fixture.folder.weights()).load(backend, DType.F32);
      adapter.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
      Batch batch = new Batch(DType.F32, Optional.of(adapter.binding()), Set.of());
      List<BoundParameter> parameters = adapter.binding().parameters();
      List<Tensor> gradients =
          Gradients.of(
              batch.loss,
              parameters.stream().map(p -> batch.trace.variable(p.variable(), p.type())).toList());
      for (int i = 0; i < parameters.size(); i++) {
        batch.trace.output(parameters.get(i).variable(), gradients.get(i));
      }
      TestBackend.Outputs out = batch.run(backend);
      JsonNode norms = Fixture.json(names.get(1) + ".json").path("grad_norms");
      int compared = 0;
      for (BoundParameter p : parameters) {
        String saved =
            p.site().name()
                + "."
                + adapter.binding().adapter().savedName(p.site(), p.spec().name());
        double norm = norms.path(saved).doubleValue();
        HostTensor gradient = out.get(p.variable());
        assertThat(norm).as(saved).isPositive();
        assertThat(Fixture.norm(gradient)).as(saved).isCloseTo(norm, within(norm * TENSOR));
        if (names.get(1).equals("lora")) {
          HostTensor expected = fixture.adapterValues("lora").tensor("grad." + saved);
          Fixture.assertClose(gradient, expected, TENSOR, saved);
          compared++;
        }
      }
      assertThat(compared).isEqualTo(names.get(1).equals("lora") ? 8 : 0);
    }
  }
}
