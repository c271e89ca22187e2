package dev.graft.adapters.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraConfigTest {
  private static final String Q = "model.layers.3.self_attn.q_proj";

  private static LoraConfig bind(Map<String, ?> block) {
    return ConfigBinder.bind(block, LoraConfig.class, "adapter");
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(AdapterProvider.class))
        .filteredOn(p -> p instanceof LoraProvider)
        .hasSize(1)
        .allMatch(p -> p.name().equals("lora"));
  }

  @Test
  void hasTheFieldsUsualDefaults() {
    LoraConfig c = bind(Map.of());
    assertThat(c.r()).isEqualTo(8);
    assertThat(c.alpha()).isEqualTo(16);
    assertThat(c.dropout()).isZero();
    assertThat(c.targetModules()).isEqualTo(TargetModules.of("q_proj", "v_proj"));
    assertThat(c.scaling()).isEqualTo(LoraConfig.Scaling.STANDARD);
    assertThat(c.init()).isEqualTo(LoraConfig.Init.KAIMING);
    assertThat(c.scale(Q)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "r, 0, r of at least 1",
    "alpha, 0, alpha above 0",
    "alpha, -1, alpha above 0",
    "dropout, 1, 'dropout in [0, 1)'",
    "dropout, -0.1, 'dropout in [0, 1)'",
    "loraplus_lr_ratio, 0, loraplus_lr_ratio above 0",
  })
  void refusesValuesOutOfRange(String key, String value, String expected) {
    assertThatThrownBy(() -> bind(Map.of(key, value)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE))
        .hasMessageContaining("in 'adapter': expected")
        .hasMessageContaining(expected)
        .hasMessageContaining("received");
  }

  @Test
  void refusesPatternsOutOfRange() {
    assertThatThrownBy(() -> bind(Map.of("rank_pattern", Map.of("q_proj", 0))))
        .hasMessageContaining("rank_pattern['q_proj']");
    assertThatThrownBy(() -> bind(Map.of("alpha_pattern", Map.of("q_proj", 0))))
        .hasMessageContaining("alpha_pattern['q_proj']");
    assertThatThrownBy(() -> bind(Map.of("rank_pattern", Map.of("q_(proj", 4))))
        .hasMessageContaining("regular expression")
        .hasMessageContaining("q_(proj");
  }

  /** The expected columns were worked out by hand from PEFT's rule {@code (.*\.)?(key)$}. */
  @ParameterizedTest
  @CsvSource({
    "q_proj, model.layers.3.self_attn.q_proj, true",
    "self_attn.q_proj, model.layers.3.self_attn.q_proj, true",
    "attn.q_proj, model.layers.3.self_attn.q_proj, false",
    "roj, model.layers.3.self_attn.q_proj, false",
    "model.layers.3.self_attn.q_proj, model.layers.3.self_attn.q_proj, true",
    "'layers\\.[0-3]\\.self_attn\\.(q|k)_proj', model.layers.3.self_attn.q_proj, true",
    "'layers\\.[0-3]\\.self_attn\\.(q|k)_proj', model.layers.13.self_attn.q_proj, false",
    "'q_proj|v_proj', model.layers.3.self_attn.v_proj, true",
    "^q_proj, model.layers.3.self_attn.q_proj, false",
    "self_attn, model.layers.3.self_attn.q_proj, false",
  })
  void patternsMatchAsInPeft(String key, String module, boolean matches) {
    LoraConfig c = bind(Map.of("rank_pattern", Map.of(key, 2), "alpha_pattern", Map.of(key, 5)));
    assertThat(c.r(module)).isEqualTo(matches ? 2 : 8);
    assertThat(c.scale(module)).isEqualTo(matches ? 2.5 : 2);
  }

  @Test
  void rsLoraDividesByTheRootOfTheRankOfTheModule() {
    LoraConfig c =
        bind(Map.of("scaling", "rslora", "alpha", 6, "r", 4, "rank_pattern", Map.of("q_proj", 9)));
    assertThat(c.scale(Q)).isCloseTo(2, within(1e-12));
    assertThat(c.scale("model.layers.3.self_attn.v_proj")).isCloseTo(3, within(1e-12));
  }

  @Test
  void declaresParametersByKindOfSite() {
    LoraAdapter adapter = new LoraAdapter(bind(Map.of("r", 4)));
    Site linear = new Site(Q, SiteKind.LINEAR, 6, 10, 3);
    assertThat(adapter.parameters(linear))
        .containsExactly(
            new ParameterSpec(
                "lora_A", Shape.of(4, 6), new Initializer.KaimingUniform(Math.sqrt(5))),
            new ParameterSpec("lora_B", Shape.of(10, 4), Initializer.zeros()));
    assertThat(adapter.savedName(linear, "lora_A")).isEqualTo("lora_A.weight");
    Site head = new Site("lm_head", SiteKind.HEAD, 6, 50, -1);
    assertThat(adapter.parameters(head))
        .extracting(ParameterSpec::shape)
        .containsExactly(Shape.of(4, 6), Shape.of(50, 4));
    Site embedding = new Site("model.embed_tokens", SiteKind.EMBEDDING, 50, 6, -1);
    assertThat(adapter.parameters(embedding))
        .containsExactly(
            new ParameterSpec("lora_embedding_A", Shape.of(4, 50), Initializer.zeros()),
            new ParameterSpec("lora_embedding_B", Shape.of(6, 4), new Initializer.Normal(1)));
    assertThat(adapter.savedName(embedding, "lora_embedding_A")).isEqualTo("lora_embedding_A");
  }

  @Test
  void loraPlusIsTheLearningRateOfBAlone() {
    LoraAdapter adapter = new LoraAdapter(bind(Map.of("loraplus_lr_ratio", 16)));
    assertThat(adapter.parameters(new Site(Q, SiteKind.LINEAR, 6, 10, 3)))
        .extracting(ParameterSpec::learningRateFactor)
        .containsExactly(1.0, 16.0);
    assertThat(adapter.parameters(new Site("model.embed_tokens", SiteKind.EMBEDDING, 50, 6, -1)))
        .extracting(ParameterSpec::learningRateFactor)
        .containsExactly(1.0, 1.0);
  }

  @Test
  void gaussianStartHasPeftsDeviation() {
    LoraAdapter adapter = new LoraAdapter(bind(Map.of("r", 4, "init", "gaussian")));
    List<ParameterSpec> specs = adapter.parameters(new Site(Q, SiteKind.LINEAR, 6, 10, 3));
    assertThat(specs.get(0).initializer()).isEqualTo(new Initializer.Normal(0.25));
    assertThat(specs.get(1).initializer()).isEqualTo(Initializer.zeros());
  }
}
