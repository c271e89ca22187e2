package dev.graft.adapters.mora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import java.util.Map;
import java.util.Optional;

/** Provides the adapter {@code mora} and reads its folders. */
public final class MoraProvider implements AdapterProvider<MoraConfig> {
  @Override
  public String name() {
    return "mora";
  }

  @Override
  public Class<MoraConfig> configType() {
    return MoraConfig.class;
  }

  @Override
  public Adapter create(MoraConfig config) {
    return new MoraAdapter(config);
  }

  /** Reads what {@link Adapter#savedConfig} of this adapter writes. */
  @Override
  public Optional<MoraConfig> fromSaved(Map<String, Object> savedConfig) {
    return SavedMora.PEFT_TYPE.equals(savedConfig.get("peft_type"))
        ? Optional.of(new SavedMora(savedConfig).read())
        : Optional.empty();
  }
}
