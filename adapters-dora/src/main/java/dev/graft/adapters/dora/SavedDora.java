package dev.graft.adapters.dora;

import dev.graft.api.adapter.SavedFields;
import java.util.Map;
import java.util.Set;

/** Reads PEFT's {@code adapter_config.json} of a DoRA, and refuses by name what Graft cannot do. */
final class SavedDora {
  /** What {@link #read} takes, and what changes nothing in how saved tensors are used. */
  private static final Set<String> KNOWN =
      Set.of(
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "use_dora",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern",
          "peft_type",
          "peft_version",
          "base_model_name_or_path",
          "revision",
          "auto_mapping",
          "inference_mode",
          "modules_to_save",
          "fan_in_fan_out",
          "megatron_core",
          "qalora_group_size",
          "runtime_config");

  /** Among them the starts of A and B that leave the base weight as it is. */
  private static final Map<String, Set<Object>> USUAL =
      Map.of(
          "bias",
          Set.of("none"),
          "task_type",
          Set.of("CAUSAL_LM"),
          "init_lora_weights",
          Set.of(true, false, "gaussian", "orthogonal"));

  private SavedDora() {}

  static DoraConfig read(Map<String, Object> saved) {
    SavedFields fields = new SavedFields(saved, "dora");
    fields.refuseOthers(KNOWN, USUAL);
    return fields.config(
        () ->
            new DoraConfig(
                fields.whole("r", 8),
                fields.number("lora_alpha", 8),
                fields.number("lora_dropout", 0),
                fields.modules("target_modules"),
                fields.optionalModules("exclude_modules"),
                fields.indices("layers_to_transform"),
                fields.bool("use_rslora", false)
                    ? DoraConfig.Scaling.RSLORA
                    : DoraConfig.Scaling.STANDARD,
                DoraConfig.Init.KAIMING,
                fields.wholes("rank_pattern"),
                fields.numbers("alpha_pattern"),
                1));
  }
}
