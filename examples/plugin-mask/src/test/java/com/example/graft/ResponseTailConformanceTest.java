package com.example.graft;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class ResponseTailConformanceTest extends MaskingConformance<ResponseTailConfig> {
  @Override
  protected MaskingProvider<ResponseTailConfig> provider() {
    return new ResponseTailProvider();
  }

  @Override
  protected List<ResponseTailConfig> configs() {
    return List.of(new ResponseTailConfig(0.5), new ResponseTailConfig(1));
  }
}
