package dev.graft.adapters.dora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import java.util.Map;
import java.util.Optional;

/** Provides the adapter {@code dora} and reads its PEFT folders: LoRA's with {@code use_dora}. */
public final class DoraProvider implements AdapterProvider<DoraConfig> {
  @Override
  public String name() {
    return "dora";
  }

  @Override
  public Class<DoraConfig> configType() {
    return DoraConfig.class;
  }

  @Override
  public Adapter create(DoraConfig config) {
    return new DoraAdapter(config);
  }

  /**
   * Reads PEFT's fields. {@code modules_to_save} is left to whoever loads the tensors, and {@code
   * fan_in_fan_out} says only how the base model was stored, which does not touch the adapter's
   * tensors.
   */
  @Override
  public Optional<DoraConfig> fromSaved(Map<String, Object> savedConfig) {
    if (!"LORA".equals(savedConfig.get("peft_type"))
        || !Boolean.TRUE.equals(savedConfig.get("use_dora"))) {
      return Optional.empty();
    }
    return Optional.of(SavedDora.read(savedConfig));
  }
}
