package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class ResponseOnlyConformanceTest extends MaskingConformance<ResponseOnlyConfig> {
  @Override
  protected MaskingProvider<ResponseOnlyConfig> provider() {
    return new ResponseOnlyProvider();
  }

  @Override
  protected List<ResponseOnlyConfig> configs() {
    return List.of(
        new ResponseOnlyConfig(EndOfTurn.ALL),
        new ResponseOnlyConfig(EndOfTurn.LAST),
        new ResponseOnlyConfig(EndOfTurn.NONE));
  }
}
