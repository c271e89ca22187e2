package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.graph.Gradients;
import dev.graft.models.safetensors.Safetensors;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend against the values of transformers and peft. */
class FixtureTest {
  /** Relative, for logits and gradients, by tensor. */
  private static final double TENSOR = 1e-4;

  /** Relative, for losses. */
  private static final double LOSS = 5e-5;

  /** Relative, for what AdamW made of tensors, by tensor. */
  private static final double TRAINED = 1e-3;

  private static final List<String> MODELS = List.of("llama", "qwen2");

  private static final List<String> ADAPTERS =
      List.of(
          "llama/lora",
          "llama/lora_all",
          "llama/rslora",
          "llama/lora_pattern",
          "llama/lora_embed",
          "llama/lora_bias_modsave",
          "llama/dora",
          "llama/dora_all",
          "qwen2/lora",
          "qwen2/lora_all",
          "qwen2/dora",
          "qwen2/dora_all");

  /** Adapters whose fixtures hold tensors: every gradient, and what AdamW made of them. */
  private static final List<String> WITH_TENSORS =
      List.of("llama/lora", "llama/dora", "qwen2/lora", "qwen2/dora");

  private static Stream<Arguments> onEveryBackend(List<String> names) {
    return TestBackend.names().flatMap(b -> names.stream().map(name -> Arguments.of(b, name)));
  }

  static Stream<Arguments> models() {
    return onEveryBackend(MODELS);
  }

  static Stream<Arguments> adapters() {
    return onEveryBackend(ADAPTERS);
  }

  static Stream<Arguments> adaptersWithTensors() {
    return onEveryBackend(WITH_TENSORS);
  }

  @Test
  void allEnginesAreSeen() {
    assertThat(TestBackend.names()).contains("djl-pytorch", "reference", "tensorflow");
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAndTokenLosses(String name, String model) {
    Fixture fixture = new Fixture(model);
    try (Backend backend = TestBackend.open(name)) {
      fixture.folder.weights().load(backend, DType.F32);
      TestBackend.Outputs out = new FixtureBatch(fixture, Optional.empty(), Set.of()).run(backend);
      fixture.assertLogits(out.get("logits"), fixture.base.tensor("logits"), TENSOR);
      fixture.assertLogits(out.get("logits"), fixture.base.tensor("logits_f64_as_f32"), TENSOR);
      assertThat(fixture.targets.shape().dim(0))
          .isEqualTo(fixture.json("base.json").path("n_targets").intValue());
      HostTensor expected = fixture.base.tensor("token_loss");
      for (int i = 0; i < fixture.targets.shape().size(); i++) {
        int at = (int) fixture.targetPositions.getLong(i);
        int row = at / fixture.length;
        double loss = expected.get(row * (fixture.length - 1) + at % fixture.length);
        assertThat(out.get("nll").get(i)).isCloseTo(loss, within(loss * LOSS));
      }
      double loss = fixture.json("base.json").path("loss_f64").doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(loss, within(loss * LOSS));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void fullGradientNorms(String name, String model) {
    Fixture fixture = new Fixture(model);
    try (Backend backend = TestBackend.open(name)) {
      Set<String> all = new TreeSet<>();
      fixture.model().weights().forEach(w -> all.add(w.name()));
      fixture.folder.weights().load(backend, DType.F32, all);
      FixtureBatch batch = new FixtureBatch(fixture, Optional.empty(), all);
      List<String> names = List.copyOf(all);
      List<Tensor> weights = names.stream().map(batch.pass::weight).toList();
      List<Tensor> gradients = Gradients.of(batch.loss, weights);
      for (int i = 0; i < names.size(); i++) {
        batch.trace.output("grad." + names.get(i), gradients.get(i));
      }
      TestBackend.Outputs out = batch.run(backend);
      JsonNode expected = fixture.json("base.json").path("full_grad_norms");
      assertThat(names).hasSameSizeAs(List.copyOf(expected.properties()));
      for (String n : names) {
        double norm = expected.path(n).doubleValue();
        assertThat(Fixture.norm(out.get("grad." + n))).as(n).isCloseTo(norm, within(norm * TENSOR));
      }
    }
  }

  /** An adapter laid onto its model, all loaded into a backend. */
  private static final class Adapted {
    final Fixture fixture;
    final String adapter;
    final SavedAdapter saved;

    Adapted(String name, Backend backend) {
      fixture = new Fixture(name.substring(0, name.indexOf('/')));
      adapter = name.substring(name.indexOf('/') + 1);
      saved = fixture.adapter(adapter).bind(fixture.model());
      saved.weights(fixture.folder.weights()).load(backend, DType.F32);
      saved.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
    }

    FixtureBatch batch() {
      return new FixtureBatch(fixture, Optional.of(saved.binding()), Set.of());
    }

    List<BoundParameter> parameters() {
      return saved.binding().parameters();
    }

    JsonNode facts() {
      return fixture.json(adapter + ".json");
    }

    Safetensors tensors() {
      return fixture.adapterValues(adapter);
    }

    String name(BoundParameter p) {
      Adapter made = saved.binding().adapter();
      String name = p.site().name() + "." + made.savedName(p.site(), p.spec().name());
      // In memory PEFT gives every parameter a name that ends so.
      return name.endsWith("lora_magnitude_vector") ? name + ".weight" : name;
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void adapterLogitsAndLoss(String name, String adapter) {
    try (Backend backend = TestBackend.open(name)) {
      Adapted adapted = new Adapted(adapter, backend);
      TestBackend.Outputs out = adapted.batch().run(backend);
      adapted.fixture.assertLogits(out.get("logits"), adapted.tensors().tensor("logits"), TENSOR);
      double loss = adapted.facts().path("loss").doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(loss, within(loss * LOSS));
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void adapterGradients(String name, String adapter) {
    try (Backend backend = TestBackend.open(name)) {
      Adapted adapted = new Adapted(adapter, backend);
      TestBackend.Outputs out = adapted.batch().withGradients(adapted.parameters()).run(backend);
      JsonNode norms = adapted.facts().path("grad_norms");
      for (BoundParameter p : adapted.parameters()) {
        String saved = adapted.name(p);
        double norm = norms.path(saved).doubleValue();
        assertThat(norm).as(saved).isPositive();
        assertThat(Fixture.norm(out.get(p.variable())))
            .as(saved)
            .isCloseTo(norm, within(norm * TENSOR));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("adaptersWithTensors")
  void adapterGradientsElementByElement(String name, String adapter) {
    try (Backend backend = TestBackend.open(name)) {
      Adapted adapted = new Adapted(adapter, backend);
      TestBackend.Outputs out = adapted.batch().withGradients(adapted.parameters()).run(backend);
      assertThat(adapted.parameters()).hasSize(adapter.endsWith("dora") ? 12 : 8);
      for (BoundParameter p : adapted.parameters()) {
        String saved = adapted.name(p);
        HostTensor expected = adapted.tensors().tensor("grad." + saved);
        Fixture.assertClose(out.get(p.variable()), expected, TENSOR, saved);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("adaptersWithTensors")
  void adaptersAfterThreeStepsOfAdamW(String name, String adapter) {
    try (Backend backend = TestBackend.open(name)) {
      Adapted adapted = new Adapted(adapter, backend);
      List<Double> losses = adapted.batch().train(backend, adapted.parameters(), 3);
      JsonNode expected = adapted.facts().path("adamw3_losses_before_each_step_and_final");
      for (int i = 0; i < 3; i++) {
        double loss = expected.path(i).doubleValue();
        assertThat(losses.get(i)).as("loss %s", i).isCloseTo(loss, within(loss * LOSS));
      }
      for (BoundParameter p : adapted.parameters()) {
        String saved = adapted.name(p);
        HostTensor after = adapted.tensors().tensor("after3." + saved);
        Fixture.assertClose(backend.read(p.variable()), after, TRAINED, saved);
      }
      TestBackend.Outputs out = adapted.batch().run(backend);
      adapted.fixture.assertLogits(
          out.get("logits"), adapted.tensors().tensor("logits_after3"), TRAINED);
      double last = expected.path(3).doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(last, within(last * LOSS));
    }
  }
}
