package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class WeightedConformanceTest extends MaskingConformance<WeightedConfig> {
  @Override
  protected MaskingProvider<WeightedConfig> provider() {
    return new WeightedProvider();
  }

  @Override
  protected List<WeightedConfig> configs() {
    return List.of(
        new WeightedConfig(0.1, 0.1, 0.2, 0, 0.3, 1, EndOfTurn.ALL),
        new WeightedConfig(0.1, 0.1, 0.2, 0, 0.3, 1, EndOfTurn.LAST),
        new WeightedConfig(0.1, 0.1, 0.2, 0, 0.3, 1, EndOfTurn.NONE));
  }
}
