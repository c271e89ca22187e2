package dev.graft.adapters.lora;

import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads PEFT's {@code adapter_config.json} of a LoRA, and refuses by name what Graft cannot do. */
final class SavedLora {
  /** What {@link #read} takes. */
  private static final Set<String> READ =
      Set.of(
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern");

  /** What changes nothing in how saved tensors are used. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
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

  /** Starts of A and B that leave the base weight as it is; others need its residual. */
  private static final Set<Object> PLAIN_STARTS = Set.of(true, false, "gaussian", "orthogonal");

  private final Map<String, Object> saved;

  SavedLora(Map<String, Object> saved) {
    this.saved = saved;
  }

  LoraConfig read() {
    saved.forEach(this::check);
    Object targets = saved.get("target_modules");
    if (targets == null) {
      throw unsupported("target_modules", "a list of module names or a string", null);
    }
    try {
      return new LoraConfig(
          value("r", 8, SavedLora::whole, "a whole number"),
          value("lora_alpha", 8.0, SavedLora::number, "a number"),
          value("lora_dropout", 0.0, SavedLora::number, "a number"),
          TargetModules.fromConfig(targets),
          value("use_rslora", false, SavedLora::bool, "true or false")
              ? LoraConfig.Scaling.RSLORA
              : LoraConfig.Scaling.STANDARD,
          LoraConfig.Init.KAIMING,
          map("rank_pattern", SavedLora::whole, "a whole number"),
          map("alpha_pattern", SavedLora::number, "a number"));
    } catch (GraftException e) {
      if (e.code() == ErrorCode.ADAPTER_UNSUPPORTED) {
        throw e;
      }
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED, "adapter_config.json: " + e.getMessage(), e);
    }
  }

  private void check(String field, @Nullable Object value) {
    if (READ.contains(field) || WITHOUT_EFFECT.contains(field) || isOff(value)) {
      return;
    }
    Set<Object> usual =
        switch (field) {
          case "bias" -> Set.of("none");
          case "task_type" -> Set.of("CAUSAL_LM");
          case "init_lora_weights" -> PLAIN_STARTS;
          default -> Set.of();
        };
    if (!usual.contains(value)) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected '"
              + field
              + "' in adapter_config.json to be absent"
              + (usual.isEmpty() ? "" : " or one of " + usual)
              + ", since the lora adapter does not support more, received "
              + value
              + "; merge the adapter with PEFT, or train one without this feature");
    }
  }

  private static boolean isOff(@Nullable Object value) {
    return value == null
        || value.equals(false)
        || value.equals("")
        || (value instanceof Collection<?> c && c.isEmpty())
        || (value instanceof Map<?, ?> m && m.isEmpty());
  }

  private <V> V value(
      String field, V absent, Function<Object, @Nullable V> convert, String expected) {
    Object value = saved.get(field);
    if (value == null) {
      return absent;
    }
    V converted = convert.apply(value);
    if (converted == null) {
      throw unsupported(field, expected, value);
    }
    return converted;
  }

  private <V> Map<String, V> map(
      String field, Function<Object, @Nullable V> convert, String expected) {
    Object value = saved.get(field);
    Map<String, V> out = new LinkedHashMap<>();
    if (value == null) {
      return out;
    }
    if (!(value instanceof Map<?, ?> m)) {
      throw unsupported(field, "a map of module names to " + expected, value);
    }
    m.forEach(
        (key, element) -> {
          V converted = element == null ? null : convert.apply(element);
          if (converted == null) {
            throw unsupported(field + "['" + key + "']", expected, element);
          }
          out.put(String.valueOf(key), converted);
        });
    return out;
  }

  private static @Nullable Integer whole(Object value) {
    return value instanceof Integer i ? i : null;
  }

  private static @Nullable Double number(Object value) {
    return value instanceof Number n ? (Double) n.doubleValue() : null;
  }

  private static @Nullable Boolean bool(Object value) {
    return value instanceof Boolean b ? b : null;
  }

  private static GraftException unsupported(
      String field, String expected, @Nullable Object received) {
    return new GraftException(
        ErrorCode.ADAPTER_UNSUPPORTED,
        "expected "
            + expected
            + " for '"
            + field
            + "' in adapter_config.json, received "
            + received
            + "; save the adapter again with PEFT or Graft");
  }
}
