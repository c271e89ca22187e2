package dev.graft.adapters.vera;

import dev.graft.api.adapter.SavedFields;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Map;
import java.util.Set;

/**
 * Reads PEFT's {@code adapter_config.json} of a VeRA. The frozen matrices have to be in the folder:
 * PEFT draws them with PyTorch's generator, so that its seed alone does not tell them.
 */
final class SavedVera {
  static final String PEFT_TYPE = "VERA";

  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "r",
          "d_initial",
          "projection_prng_key",
          "save_projection",
          "vera_dropout",
          "target_modules",
          "exclude_modules",
          // Without effect on how saved tensors are used.
          "peft_version",
          "auto_mapping",
          "base_model_name_or_path",
          "revision",
          "fan_in_fan_out",
          "init_weights",
          "inference_mode",
          "modules_to_save");

  private static final Map<String, Set<Object>> USUAL =
      Map.of("task_type", Set.of("CAUSAL_LM"), "bias", Set.of("none"));

  private SavedVera() {}

  static VeraConfig read(Map<String, Object> saved) {
    SavedFields fields = new SavedFields(saved, "vera");
    fields.refuseOthers(KNOWN, USUAL);
    if (!fields.bool("save_projection", true)) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected save_projection true in adapter_config.json, received false: the folder does"
              + " not hold vera_A and vera_B, and PyTorch's generator, which they come from, is not"
              + " available. Load it in PEFT and save it with save_projection=True");
    }
    return fields.config(
        () ->
            new VeraConfig(
                fields.whole("r", 256),
                fields.number("d_initial", 0.1),
                fields.whole("projection_prng_key", 0),
                fields.number("vera_dropout", 0),
                fields.modules("target_modules"),
                fields.optionalModules("exclude_modules")));
  }
}
