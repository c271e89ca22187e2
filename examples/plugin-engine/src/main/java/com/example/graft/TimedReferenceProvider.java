package com.example.graft;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;

/** Provides the engine {@code timed-reference}. */
public final class TimedReferenceProvider implements BackendProvider<TimedReferenceConfig> {
  private final ReferenceProvider reference = new ReferenceProvider();

  @Override
  public String name() {
    return "timed-reference";
  }

  @Override
  public Class<TimedReferenceConfig> configType() {
    return TimedReferenceConfig.class;
  }

  @Override
  public Availability availability() {
    return reference.availability();
  }

  @Override
  public Backend open(TimedReferenceConfig config) {
    return new TimedBackend(reference.open(new ReferenceConfig()), config.log());
  }
}
