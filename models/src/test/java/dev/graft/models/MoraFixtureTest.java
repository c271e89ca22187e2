package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.adapters.mora.MoraProvider;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.backend.Backend;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * MoRA of whole models on every backend against the values of the authors' code (fp32): q_proj and
 * v_proj, r = 4. The files of {@code mora/} hold M for every site and what follows from it.
 */
class MoraFixtureTest {
  private static final double TENSOR = 1e-4;
  private static final double LOSS = 5e-5;
  private static final double TRAINED = 1e-3;

  @TempDir private Path temporary;

  static Stream<Arguments> cases() {
    return TestBackend.names()
        .flatMap(
            backend ->
                Stream.of("llama", "qwen2")
                    .flatMap(
                        model -> Stream.of(1, 6).map(type -> Arguments.of(backend, model, type))));
  }

  /** What one file holds, laid onto its model. */
  private static final class Case {
    final Fixture fixture;
    final JsonNode facts;
    final Safetensors tensors;
    final SavedAdapter saved;

    Case(String model, int type) {
      fixture = new Fixture(model);
      String name = "mora/" + model + "_type" + type;
      facts = Json.object(Fixture.resource(name + ".json"));
      tensors = Safetensors.open(Fixture.resource(name + ".safetensors"));
      Map<String, Object> block = Map.of("r", 4, "mora_type", type, "coverage", "reference");
      AdapterBinding binding = AdapterBinding.bind(adapter(block), fixture.model().sites());
      Map<String, HostTensor> values = new HashMap<>();
      for (BoundParameter p : binding.parameters()) {
        int side = facts.path("rhat").path(p.site().name()).intValue();
        assertThat(p.spec().shape()).as("%s", p).isEqualTo(Shape.of(side, side));
        values.put(p.variable(), tensors.tensor("M." + p.site().name()));
      }
      assertThat(values).hasSize(4);
      saved = new SavedAdapter(binding, values, Map.of());
    }

    List<BoundParameter> parameters() {
      return saved.binding().parameters();
    }

    void load(Backend backend) {
      fixture.folder.weights().load(backend, DType.F32);
      saved.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
    }

    FixtureBatch batch() {
      return new FixtureBatch(fixture, Optional.of(saved.binding()), Set.of());
    }

    double loss(int step) {
      return facts.path("losses").path(step).doubleValue();
    }
  }

  private static Adapter adapter(Map<String, Object> block) {
    MoraProvider provider = new MoraProvider();
    return provider.create(ConfigBinder.bind(block, provider.configType(), "adapter"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logitsLossAndGradients(String name, String model, int type) {
    Case of = new Case(model, type);
    try (Backend backend = TestBackend.open(name)) {
      of.load(backend);
      TestBackend.Outputs out = of.batch().withGradients(of.parameters()).run(backend);
      of.fixture.assertLogits(out.get("logits"), of.tensors.tensor("logits"), TENSOR);
      double loss = of.facts.path("loss").doubleValue();
      assertThat(out.get("loss").get(0)).isCloseTo(loss, within(loss * LOSS));
      for (BoundParameter p : of.parameters()) {
        String site = p.site().name();
        HostTensor gradient = out.get(p.variable());
        double norm = of.facts.path("grad_norms").path(site).doubleValue();
        assertThat(Fixture.norm(gradient)).as(site).isCloseTo(norm, within(norm * TENSOR));
        Fixture.assertClose(gradient, of.tensors.tensor("grad." + site), TENSOR, site);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void threeStepsOfAdamW(String name, String model, int type) {
    Case of = new Case(model, type);
    try (Backend backend = TestBackend.open(name)) {
      of.load(backend);
      List<Double> losses = of.batch().train(backend, of.parameters(), 3);
      for (int i = 0; i < 3; i++) {
        assertThat(losses.get(i)).as("loss %s", i).isCloseTo(of.loss(i), within(LOSS * of.loss(i)));
      }
      for (BoundParameter p : of.parameters()) {
        String site = p.site().name();
        HostTensor after = of.tensors.tensor("after3." + site);
        Fixture.assertClose(backend.read(p.variable()), after, TRAINED, site);
      }
      double last = of.batch().run(backend).get("loss").get(0);
      assertThat(last).isCloseTo(of.loss(3), within(LOSS * of.loss(3)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theMergedModelHasTheSameLogits(String name, String model, int type) {
    Case of = new Case(model, type);
    Path target = temporary.resolve("merged");
    try (Backend backend = TestBackend.open(name)) {
      Merge.Report report =
          Merge.write(
              of.fixture.folder, of.saved, target, DType.F32, TestBackend.compiler(backend));
      assertThat(report).isEqualTo(new Merge.Report(4, false));
      ModelFolder.open(target).weights().load(backend, DType.F32);
      TestBackend.Outputs out =
          new FixtureBatch(of.fixture, Optional.empty(), Set.of()).run(backend);
      of.fixture.assertLogits(out.get("logits"), of.tensors.tensor("logits"), TENSOR);
    }
  }

  @Test
  void aSavedFolderIsReadBack() {
    Case of = new Case("llama", 6);
    AdapterFolder.write(temporary, of.saved.binding(), of.saved.parameters(), "a/model");
    AdapterFolder read = AdapterFolder.read(temporary, TestBackend.adapters());
    assertThat(read.type()).isEqualTo("mora");
    assertThat(read.baseModel()).contains("a/model");
    SavedAdapter bound = read.bind(of.fixture.model());
    assertThat(bound.parameters()).hasSize(4);
    bound
        .parameters()
        .forEach(
            (variable, value) -> {
              HostTensor written = Objects.requireNonNull(of.saved.parameters().get(variable));
              assertThat(value.toFloats()).isEqualTo(written.toFloats());
            });
    assertThat(Safetensors.open(temporary.resolve(AdapterFolder.TENSORS)).names())
        .contains("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
  }

  @Test
  void modulesToExcludeHaveToBeThere() {
    Adapter adapter =
        adapter(Map.of("target_modules", "all-linear", "exclude_modules", List.of("q_porj")));
    assertThatThrownBy(() -> AdapterBinding.bind(adapter, new Fixture().model().sites()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGETS_UNMATCHED))
        .hasMessageContaining("exclude_modules")
        .hasMessageContaining("Did you mean 'q_proj'");
  }
}
