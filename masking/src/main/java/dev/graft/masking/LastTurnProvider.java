package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;

/**
 * Provides the mask {@code last-turn}: weight 1 on the last response of a conversation and on the
 * end of its turn, 0 on everything else, the earlier responses included.
 */
public final class LastTurnProvider implements MaskingProvider<LastTurnConfig> {
  @Override
  public String name() {
    return "last-turn";
  }

  @Override
  public Class<LastTurnConfig> configType() {
    return LastTurnConfig.class;
  }

  @Override
  public MaskingStrategy create(LastTurnConfig config) {
    return new LastTurnMask(config.eot());
  }
}
