package com.example.graft;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SavedFields;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Provides the adapter {@code row-scale} and reads its folders. */
public final class RowScaleProvider implements AdapterProvider<RowScaleConfig> {
  private static final Set<String> KNOWN =
      Set.of("peft_type", "task_type", "target_modules", "base_model_name_or_path");

  @Override
  public String name() {
    return "row-scale";
  }

  @Override
  public Class<RowScaleConfig> configType() {
    return RowScaleConfig.class;
  }

  @Override
  public Adapter create(RowScaleConfig config) {
    return new RowScaleAdapter(config);
  }

  @Override
  public Optional<RowScaleConfig> fromSaved(Map<String, Object> savedConfig) {
    if (!RowScaleAdapter.TYPE.equals(savedConfig.get("peft_type"))) {
      return Optional.empty();
    }
    SavedFields fields = new SavedFields(savedConfig, name());
    fields.refuseOthers(KNOWN, Map.of());
    return Optional.of(fields.config(() -> new RowScaleConfig(fields.modules("target_modules"))));
  }
}
