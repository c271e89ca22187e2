package dev.graft.adapters.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JSON files next to this class were written by PEFT 0.21.2. */
class SavedLoraTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoraProvider provider = new LoraProvider();

  private static Map<String, Object> peft(String name) throws IOException {
    try (InputStream in = SavedLoraTest.class.getResourceAsStream(name + ".json")) {
      return JSON.readValue(Objects.requireNonNull(in), new TypeReference<>() {});
    }
  }

  private LoraConfig read(Map<String, Object> saved) {
    return provider.fromSaved(saved).orElseThrow();
  }

  @Test
  void readsWhatPeftWrites() throws IOException {
    LoraConfig c = read(peft("lora"));
    assertThat(c.r()).isEqualTo(4);
    assertThat(c.alpha()).isEqualTo(8);
    assertThat(c.dropout()).isZero();
    assertThat(c.targetModules()).isEqualTo(TargetModules.of("v_proj", "q_proj"));
    assertThat(c.scaling()).isEqualTo(LoraConfig.Scaling.STANDARD);
  }

  @Test
  void readsRsLoraPatternsAndEmbeddings() throws IOException {
    assertThat(read(peft("rslora")).scaling()).isEqualTo(LoraConfig.Scaling.RSLORA);
    LoraConfig patterns = read(peft("lora_pattern"));
    assertThat(patterns.r("model.layers.0.self_attn.q_proj")).isEqualTo(2);
    assertThat(patterns.r("model.layers.1.self_attn.q_proj")).isEqualTo(4);
    assertThat(patterns.scale("model.layers.1.self_attn.v_proj")).isEqualTo(8);
    assertThat(read(peft("lora_embed")).targetModules().names()).contains("embed_tokens");
  }

  @Test
  void readsWhichModulesAreLeftOut() throws IOException {
    Map<String, Object> saved = peft("lora");
    saved.put("exclude_modules", List.of("layers.1.self_attn.q_proj"));
    saved.put("layers_to_transform", 1);
    TargetModules targets = provider.create(read(saved)).targets();
    assertThat(targets.matches(site("model.layers.1.self_attn.v_proj", 1))).isTrue();
    assertThat(targets.matches(site("model.layers.1.self_attn.q_proj", 1))).isFalse();
    assertThat(targets.matches(site("model.layers.0.self_attn.v_proj", 0))).isFalse();
  }

  private static Site site(String name, int layer) {
    return new Site(name, SiteKind.LINEAR, 6, 6, layer);
  }

  @Test
  void writesWhichModulesAreLeftOut() throws IOException {
    LoraConfig config =
        ConfigBinder.bind(
            Map.of("exclude_modules", "layers.1.*", "layers_to_transform", List.of(0, 2)),
            LoraConfig.class,
            "");
    assertThat(provider.create(config).savedConfig())
        .containsEntry("exclude_modules", "layers.1.*")
        .containsEntry("layers_to_transform", List.of(0, 2));
    byte[] json = JSON.writeValueAsBytes(provider.create(config).savedConfig());
    assertThat(read(JSON.readValue(json, new TypeReference<>() {}))).isEqualTo(config);
  }

  @Test
  void leavesModulesToSaveToTheLoader() throws IOException {
    assertThat(read(peft("lora_bias_modsave")).r()).isEqualTo(4);
  }

  @Test
  void leavesOtherKindsToOthers() throws IOException {
    assertThat(provider.fromSaved(peft("dora"))).isEmpty();
    assertThat(provider.fromSaved(Map.of("peft_type", "MORA"))).isEmpty();
    assertThat(provider.fromSaved(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bias, '\"some\"'",
    "lora_bias, true",
    "layer_replication, '[[0, 4], [2, 6]]'",
    "alora_invocation_tokens, '[1, 2]'",
    "target_parameters, '[\"experts\"]'",
    "trainable_token_indices, '[7]'",
    "layers_pattern, '[\"blocks\"]'",
    "init_lora_weights, '\"pissa\"'",
    "task_type, '\"SEQ_CLS\"'",
    "use_qalora, true",
    "a_feature_of_tomorrow, true",
  })
  void refusesFeaturesByName(String field, String value) throws IOException {
    Map<String, Object> saved = peft("lora");
    saved.put(field, JSON.readValue(value, Object.class));
    assertThatThrownBy(() -> provider.fromSaved(saved))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining("'" + field + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "r, '\"eight\"'",
    "r, 0",
    "lora_alpha, '[1]'",
    "lora_dropout, 2",
    "use_rslora, '\"yes\"'",
    "target_modules, null",
    "target_modules, 3",
    "rank_pattern, '{\"q_proj\": \"x\"}'",
    "rank_pattern, 4",
    "exclude_modules, 3",
    "layers_to_transform, '[\"0\"]'",
    "layers_to_transform, '[-1]'",
    "alpha_pattern, '{\"q_proj\": null}'",
  })
  void refusesMalformedFields(String field, String value) throws IOException {
    Map<String, Object> saved = peft("lora");
    saved.put(field, JSON.readValue(value, Object.class));
    assertThatThrownBy(() -> provider.fromSaved(saved))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining(field.replace("lora_", ""))
        .hasMessageContaining("adapter_config.json");
  }

  @Test
  void writesPeftsFieldsAndNoMore() {
    LoraConfig plain = ConfigBinder.bind(Map.of("r", 4), LoraConfig.class, "");
    assertThat(provider.create(plain).savedConfig())
        .containsExactly(
            Map.entry("peft_type", "LORA"),
            Map.entry("task_type", "CAUSAL_LM"),
            Map.entry("r", 4),
            Map.entry("lora_alpha", 16),
            Map.entry("lora_dropout", 0.0),
            Map.entry("target_modules", List.of("q_proj", "v_proj")),
            Map.entry("bias", "none"),
            Map.entry("fan_in_fan_out", false),
            Map.entry("use_dora", false),
            Map.entry("use_rslora", false),
            Map.entry("inference_mode", true));
  }

  @Test
  void readsBackWhatItWrites() throws IOException {
    LoraConfig config =
        ConfigBinder.bind(
            Map.of(
                "r",
                4,
                "alpha",
                7.5,
                "dropout",
                0.25,
                "target_modules",
                "all-linear",
                "scaling",
                "rslora",
                "rank_pattern",
                Map.of("layers.0.self_attn.q_proj", 2),
                "alpha_pattern",
                Map.of("v_proj", 32, "k_proj", 0.5)),
            LoraConfig.class,
            "");
    byte[] json = JSON.writeValueAsBytes(provider.create(config).savedConfig());
    assertThat(read(JSON.readValue(json, new TypeReference<>() {}))).isEqualTo(config);
  }
}
