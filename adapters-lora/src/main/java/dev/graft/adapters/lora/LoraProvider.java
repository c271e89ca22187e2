package dev.graft.adapters.lora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import java.util.Map;
import java.util.Optional;

/** Provides the adapter {@code lora} and reads its PEFT folders. */
public final class LoraProvider implements AdapterProvider<LoraConfig> {
  @Override
  public String name() {
    return "lora";
  }

  @Override
  public Class<LoraConfig> configType() {
    return LoraConfig.class;
  }

  @Override
  public Adapter create(LoraConfig config) {
    return config.init().splitsWeight() ? new SplitLoraAdapter(config) : new LoraAdapter(config);
  }

  /**
   * Reads PEFT's fields. A folder with {@code use_dora} is another kind of adapter. {@code bias}
   * and {@code modules_to_save} are left to whoever loads the tensors, and {@code fan_in_fan_out}
   * says only how the base model was stored, which does not touch A and B.
   */
  @Override
  public Optional<LoraConfig> fromSaved(Map<String, Object> savedConfig) {
    if (!"LORA".equals(savedConfig.get("peft_type"))
        || Boolean.TRUE.equals(savedConfig.get("use_dora"))) {
      return Optional.empty();
    }
    return Optional.of(SavedLora.read(savedConfig));
  }
}
