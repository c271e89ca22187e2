package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;

/**
 * Provides the mask {@code spans}: weight 1 on what the data marks to be trained, 0 on what it
 * marks to be skipped, whatever its role. An end of an assistant's turn that is not marked itself
 * is trained, as {@code eot} says, where anything of its turn's response is.
 */
public final class SpansProvider implements MaskingProvider<SpansConfig> {
  @Override
  public String name() {
    return "spans";
  }

  @Override
  public Class<SpansConfig> configType() {
    return SpansConfig.class;
  }

  @Override
  public MaskingStrategy create(SpansConfig config) {
    return new SpansMask(config.unmarked(), config.eot());
  }
}
