package dev.graft.adapters.mora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SavedMoraTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MoraProvider provider = new MoraProvider();

  private Adapter adapter(Map<String, ?> block) {
    return provider.create(ConfigBinder.bind(block, MoraConfig.class, ""));
  }

  private Map<String, Object> saved(Map<String, ?> block) throws IOException {
    return JSON.readValue(
        JSON.writeValueAsBytes(adapter(block).savedConfig()), new TypeReference<>() {});
  }

  @Test
  void hasATypeOfItsOwnAndTheAuthorsNames() {
    Adapter adapter = adapter(Map.of("r", 4));
    assertThat(adapter.savedConfig())
        .containsExactly(
            Map.entry("peft_type", "MORA"),
            Map.entry("task_type", "CAUSAL_LM"),
            Map.entry("r", 4),
            Map.entry("mora_type", 6),
            Map.entry("coverage", "full"),
            Map.entry("lora_dropout", 0.0),
            Map.entry("target_modules", List.of("q_proj", "v_proj")),
            Map.entry("bias", "none"),
            Map.entry("inference_mode", true));
    Site site = new Site("q_proj", SiteKind.LINEAR, 4, 4, 0);
    assertThat(adapter.savedName(site, adapter.parameters(site).get(0).name()))
        .isEqualTo("lora_A.weight");
  }

  @Test
  void readsBackWhatItWrites() throws IOException {
    Map<String, Object> block =
        Map.of(
            "r",
            4,
            "square_rank",
            12,
            "mora_type",
            "sharing-grouped",
            "coverage",
            "reference",
            "dropout",
            0.25,
            "target_modules",
            "all-linear",
            "exclude_modules",
            List.of("down_proj"),
            "rank_pattern",
            Map.of("layers.0.self_attn.q_proj", 2));
    assertThat(provider.fromSaved(saved(block)))
        .contains(ConfigBinder.bind(block, MoraConfig.class, ""));
  }

  @Test
  void leavesOtherKindsToOthers() {
    assertThat(provider.fromSaved(Map.of("peft_type", "LORA", "use_mora", true))).isEmpty();
    assertThat(provider.fromSaved(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "r, '\"eight\"'",
    "r, 0",
    "square_rank, 7",
    "mora_type, 5",
    "mora_type, null",
    "coverage, '\"half\"'",
    "lora_dropout, 2",
    "target_modules, null",
    "target_modules, 3",
    "exclude_modules, 3",
    "rank_pattern, '{\"q_proj\": \"x\"}'",
    "rank_pattern, 4",
    "bias, '\"all\"'",
    "task_type, '\"SEQ_CLS\"'",
    "a_feature_of_tomorrow, true",
  })
  void refusesOtherFieldsByName(String field, String value) throws IOException {
    Map<String, Object> saved = new HashMap<>(saved(Map.of()));
    saved.put(field, JSON.readValue(value, Object.class));
    assertThatThrownBy(() -> provider.fromSaved(saved))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining("adapter_config.json")
        .hasMessageMatching(
            "(?s).*(" + field.replace("lora_", "") + "|type of MoRA|target_modules).*");
  }
}
