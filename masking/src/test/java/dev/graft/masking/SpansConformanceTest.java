package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class SpansConformanceTest extends MaskingConformance<SpansConfig> {
  @Override
  protected MaskingProvider<SpansConfig> provider() {
    return new SpansProvider();
  }

  @Override
  protected List<SpansConfig> configs() {
    return List.of(
        new SpansConfig(Unmarked.SKIP, EndOfTurn.ALL),
        new SpansConfig(Unmarked.SKIP, EndOfTurn.LAST),
        new SpansConfig(Unmarked.SKIP, EndOfTurn.NONE),
        new SpansConfig(Unmarked.RESPONSE, EndOfTurn.ALL),
        new SpansConfig(Unmarked.TRAIN, EndOfTurn.ALL));
  }
}
