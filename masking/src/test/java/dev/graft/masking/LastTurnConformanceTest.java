package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class LastTurnConformanceTest extends MaskingConformance<LastTurnConfig> {
  @Override
  protected MaskingProvider<LastTurnConfig> provider() {
    return new LastTurnProvider();
  }

  @Override
  protected List<LastTurnConfig> configs() {
    return List.of(
        new LastTurnConfig(EndOfTurn.ALL),
        new LastTurnConfig(EndOfTurn.LAST),
        new LastTurnConfig(EndOfTurn.NONE));
  }
}
