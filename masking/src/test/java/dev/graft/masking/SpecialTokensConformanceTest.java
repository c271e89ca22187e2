package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class SpecialTokensConformanceTest extends MaskingConformance<SpecialTokensConfig> {
  @Override
  protected MaskingProvider<SpecialTokensConfig> provider() {
    return new SpecialTokensProvider();
  }

  @Override
  protected List<SpecialTokensConfig> configs() {
    return List.of(
        new SpecialTokensConfig(SpecialTokensVariant.PAPER, EndOfTurn.ALL),
        new SpecialTokensConfig(SpecialTokensVariant.PAPER, EndOfTurn.LAST),
        new SpecialTokensConfig(SpecialTokensVariant.PAPER, EndOfTurn.NONE),
        new SpecialTokensConfig(SpecialTokensVariant.AUTHORS_CODE, EndOfTurn.ALL));
  }
}
