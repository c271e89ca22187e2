package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;

/**
 * Provides the mask {@code response-only} (instruction masking; the baseline of arXiv 2405.14394):
 * weight 1 on the tokens of responses and on the tokens that end a turn of the assistant, 0 on
 * everything else. The end of the turn is learnt so that the model stops.
 */
public final class ResponseOnlyProvider implements MaskingProvider<ResponseOnlyConfig> {
  @Override
  public String name() {
    return "response-only";
  }

  @Override
  public Class<ResponseOnlyConfig> configType() {
    return ResponseOnlyConfig.class;
  }

  @Override
  public MaskingStrategy create(ResponseOnlyConfig config) {
    return RoleMask.training(config.eot(), Role.RESPONSE);
  }
}
