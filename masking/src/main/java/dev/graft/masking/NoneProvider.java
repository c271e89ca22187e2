package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import java.util.Arrays;

/**
 * Provides the mask {@code none}: weight 1 on every token after the first, as in plain language
 * modelling. The first token has no predecessor that could predict it.
 */
public final class NoneProvider implements MaskingProvider<NoneConfig> {
  @Override
  public String name() {
    return "none";
  }

  @Override
  public Class<NoneConfig> configType() {
    return NoneConfig.class;
  }

  @Override
  public MaskingStrategy create(NoneConfig config) {
    return (example, seed) -> {
      float[] out = new float[example.size()];
      Arrays.fill(out, Math.min(1, out.length), out.length, 1);
      return out;
    };
  }
}
