package dev.graft.adapters.dora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.adapter.Adapter;
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
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations, as recipes and as PEFT has them. The JSON files were written by PEFT 0.21.2. */
class SavedDoraTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DoraProvider provider = new DoraProvider();

  private static Map<String, Object> peft(String name) throws IOException {
    try (InputStream in = SavedDoraTest.class.getResourceAsStream(name + ".json")) {
      return JSON.readValue(Objects.requireNonNull(in), new TypeReference<>() {});
    }
  }

  private static DoraConfig bind(Map<String, Object> keys) {
    return ConfigBinder.bind(keys, DoraConfig.class, "adapter");
  }

  private DoraConfig read(Map<String, Object> saved) {
    return provider.fromSaved(saved).orElseThrow();
  }

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(AdapterProvider.class)).anyMatch(p -> p.name().equals("dora"));
  }

  @Test
  void readsWhatPeftWrites() throws IOException {
    DoraConfig c = read(peft("dora"));
    assertThat(c.r()).isEqualTo(4);
    assertThat(c.alpha()).isEqualTo(8);
    assertThat(c.dropout()).isZero();
    assertThat(c.targetModules()).isEqualTo(TargetModules.of("v_proj", "q_proj"));
    assertThat(c.excludeModules()).isEmpty();
    assertThat(c.scaling()).isEqualTo(DoraConfig.Scaling.STANDARD);
    assertThat(read(peft("dora_all")).targetModules().names()).hasSize(7);
  }

  @Test
  void leavesLoraToLora() throws IOException {
    assertThat(provider.fromSaved(peft("lora"))).isEmpty();
    assertThat(provider.fromSaved(Map.of("peft_type", "MORA", "use_dora", true))).isEmpty();
    assertThat(provider.fromSaved(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bias, '\"all\"'",
    "lora_bias, true",
    "layer_replication, '[[0, 4], [2, 6]]'",
    "trainable_token_indices, '[7]'",
    "layers_pattern, '[\"blocks\"]'",
    "init_lora_weights, '\"pissa\"'",
    "task_type, '\"SEQ_CLS\"'",
    "a_feature_of_tomorrow, true",
    "r, 0",
    "r, '\"eight\"'",
    "lora_dropout, 2",
    "target_modules, null",
    "exclude_modules, 3",
    "rank_pattern, '{\"q_proj\": \"x\"}'",
  })
  void refusesWhatItCannotDoByName(String field, String value) throws IOException {
    Map<String, Object> saved = peft("dora");
    saved.put(field, JSON.readValue(value, Object.class));
    assertThatThrownBy(() -> provider.fromSaved(saved))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining(field.replaceFirst("^lora_", ""))
        .hasMessageContaining("adapter_config.json");
  }

  @Test
  void writesPeftsFieldsAndNoMore() {
    assertThat(provider.create(bind(Map.of("r", 4))).savedConfig())
        .containsExactly(
            Map.entry("peft_type", "LORA"),
            Map.entry("task_type", "CAUSAL_LM"),
            Map.entry("r", 4),
            Map.entry("lora_alpha", 16),
            Map.entry("lora_dropout", 0.0),
            Map.entry("target_modules", List.of("q_proj", "v_proj")),
            Map.entry("bias", "none"),
            Map.entry("fan_in_fan_out", false),
            Map.entry("use_dora", true),
            Map.entry("use_rslora", false),
            Map.entry("inference_mode", true));
  }

  @Test
  void readsBackWhatItWrites() throws IOException {
    DoraConfig config =
        bind(
            Map.of(
                "alpha",
                7.5,
                "dropout",
                0.25,
                "target_modules",
                "all-linear",
                "exclude_modules",
                List.of("k_proj", "down_proj"),
                "scaling",
                "rslora",
                "rank_pattern",
                Map.of("layers.0.self_attn.q_proj", 2),
                "alpha_pattern",
                Map.of("v_proj", 32, "o_proj", 0.5)));
    byte[] json = JSON.writeValueAsBytes(provider.create(config).savedConfig());
    assertThat(read(JSON.readValue(json, new TypeReference<>() {}))).isEqualTo(config);
  }

  @Test
  void excludedModulesAreNoTargets() {
    TargetModules targets =
        provider
            .create(bind(Map.of("target_modules", "all-linear", "exclude_modules", ".*down.*")))
            .targets();
    Site down = new Site("model.layers.0.mlp.down_proj", SiteKind.LINEAR, 10, 6, 0);
    Site up = new Site("model.layers.0.mlp.up_proj", SiteKind.LINEAR, 6, 10, 0);
    assertThat(targets.matches(up)).isTrue();
    assertThat(targets.matches(down)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "r, 0, r of at least 1",
    "alpha, 0, alpha above 0",
    "dropout, 1, dropout in",
  })
  void refusesValuesOutOfRange(String key, double value, String expected) {
    assertThatThrownBy(() -> bind(Map.of(key, value)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE))
        .hasMessageContaining(expected)
        .hasMessageContaining("dora");
  }

  @Test
  void ranksAndScalesFollowThePatterns() {
    DoraConfig c =
        bind(
            Map.of(
                "scaling",
                "rslora",
                "alpha",
                6,
                "r",
                4,
                "rank_pattern",
                Map.of("q_proj", 9),
                "alpha_pattern",
                Map.of("v_proj", 8)));
    assertThat(c.r("model.layers.3.self_attn.q_proj")).isEqualTo(9);
    assertThat(c.scale("model.layers.3.self_attn.q_proj")).isEqualTo(2);
    assertThat(c.scale("model.layers.3.self_attn.v_proj")).isEqualTo(4);
    assertThat(c.scale("model.layers.3.self_attn.k_proj")).isEqualTo(3);
  }

  @Test
  void declaresParametersByKindOfSite() {
    Adapter adapter = provider.create(bind(Map.of("r", 4, "init", "gaussian")));
    Site linear = new Site("model.layers.0.self_attn.q_proj", SiteKind.LINEAR, 6, 10, 0);
    assertThat(adapter.parameters(linear))
        .containsExactly(
            new ParameterSpec("lora_A", Shape.of(4, 6), new Initializer.Normal(0.25)),
            new ParameterSpec("lora_B", Shape.of(10, 4), Initializer.zeros()),
            new ParameterSpec(
                "lora_magnitude_vector", Shape.of(10), new Initializer.BaseRowNorm()));
    assertThat(adapter.savedName(linear, "lora_B")).isEqualTo("lora_B.weight");
    assertThat(adapter.savedName(linear, "lora_magnitude_vector"))
        .isEqualTo("lora_magnitude_vector");
    Site embedding = new Site("model.embed_tokens", SiteKind.EMBEDDING, 50, 6, -1);
    assertThat(adapter.parameters(embedding))
        .containsExactly(
            new ParameterSpec("lora_embedding_A", Shape.of(4, 50), Initializer.zeros()),
            new ParameterSpec("lora_embedding_B", Shape.of(6, 4), new Initializer.Normal(1)),
            new ParameterSpec(
                "lora_magnitude_vector", Shape.of(6), new Initializer.BaseColumnNorm()));
    assertThat(adapter.savedName(embedding, "lora_embedding_A")).isEqualTo("lora_embedding_A");
  }
}
