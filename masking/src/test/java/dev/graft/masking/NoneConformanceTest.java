package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class NoneConformanceTest extends MaskingConformance<NoneConfig> {
  @Override
  protected MaskingProvider<NoneConfig> provider() {
    return new NoneProvider();
  }

  @Override
  protected List<NoneConfig> configs() {
    return List.of(new NoneConfig());
  }
}
