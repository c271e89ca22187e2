package dev.graft.adapters.vera;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import java.util.Map;
import java.util.Optional;

/** Provides the adapter {@code vera} and reads PEFT's folders of it. */
public final class VeraProvider implements AdapterProvider<VeraConfig> {
  @Override
  public String name() {
    return "vera";
  }

  @Override
  public Class<VeraConfig> configType() {
    return VeraConfig.class;
  }

  @Override
  public Adapter create(VeraConfig config) {
    return new VeraAdapter(config);
  }

  @Override
  public Optional<VeraConfig> fromSaved(Map<String, Object> savedConfig) {
    return SavedVera.PEFT_TYPE.equals(savedConfig.get("peft_type"))
        ? Optional.of(SavedVera.read(savedConfig))
        : Optional.empty();
  }
}
