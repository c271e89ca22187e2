package dev.graft.adapters.mora;

import dev.graft.adapters.mora.MoraConfig.Coverage;
import dev.graft.api.adapter.SavedFields;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the {@code adapter_config.json} of a MoRA. Fields have the names of PEFT and of the
 * authors' code where they have one; what is not known is refused by name.
 */
final class SavedMora {
  static final String PEFT_TYPE = "MORA";

  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "r",
          "square_rank",
          "mora_type",
          "coverage",
          "lora_dropout",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "rank_pattern",
          // Without effect on how saved tensors are used.
          "base_model_name_or_path",
          "revision",
          "inference_mode",
          "modules_to_save");

  private static final Map<String, Set<Object>> USUAL =
      Map.of("task_type", Set.of("CAUSAL_LM"), "bias", Set.of("none"));

  private final Map<String, Object> saved;
  private final SavedFields fields;

  SavedMora(Map<String, Object> saved) {
    this.saved = saved;
    this.fields = new SavedFields(saved, "mora");
  }

  MoraConfig read() {
    fields.refuseOthers(KNOWN, USUAL);
    return fields.config(
        () ->
            new MoraConfig(
                fields.whole("r", 8),
                present("square_rank").map(field -> fields.whole(field, 0)),
                MoraType.fromConfig(or("mora_type", "nothing")),
                coverage(),
                fields.number("lora_dropout", 0),
                fields.modules("target_modules"),
                fields.optionalModules("exclude_modules"),
                fields.indices("layers_to_transform"),
                fields.wholes("rank_pattern")));
  }

  private Optional<String> present(String field) {
    return fields.isOff(field) ? Optional.empty() : Optional.of(field);
  }

  private Object or(String field, String absent) {
    Object value = saved.get(field);
    return value == null ? absent : value;
  }

  private Coverage coverage() {
    Object value = or("coverage", Coverage.FULL.word());
    for (Coverage c : Coverage.values()) {
      if (c.word().equals(value)) {
        return c;
      }
    }
    throw new GraftException(
        ErrorCode.ADAPTER_UNSUPPORTED,
        "expected full or reference for 'coverage' in adapter_config.json, received " + value);
  }
}
