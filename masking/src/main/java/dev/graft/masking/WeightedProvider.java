package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import java.util.Map;

/**
 * Provides the mask {@code weighted}: a weight in [0, 1] for every role (prompt-loss weight, arXiv
 * 2401.13586 and 2507.07817). The loss is Σ w·nll / Σ w, so only the ratio of the weights counts.
 * The end of an assistant's turn has the response's weight.
 */
public final class WeightedProvider implements MaskingProvider<WeightedConfig> {
  @Override
  public String name() {
    return "weighted";
  }

  @Override
  public Class<WeightedConfig> configType() {
    return WeightedConfig.class;
  }

  @Override
  public MaskingStrategy create(WeightedConfig config) {
    return new RoleMask(
        Map.of(
            Role.SYSTEM, (float) config.system(),
            Role.INSTRUCTION, (float) config.instruction(),
            Role.INPUT, (float) config.input(),
            Role.TEMPLATE, (float) config.template(),
            Role.SPECIAL, (float) config.special(),
            Role.RESPONSE, (float) config.response()),
        config.eot());
  }
}
