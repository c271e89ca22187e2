package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.testkit.MaskingConformance;
import java.util.List;

class BoilerplateConformanceTest extends MaskingConformance<BoilerplateConfig> {
  @Override
  protected MaskingProvider<BoilerplateConfig> provider() {
    return new BoilerplateProvider();
  }

  @Override
  protected List<BoilerplateConfig> configs() {
    return List.of(
        new BoilerplateConfig(Detect.TEMPLATE, 0.1, EndOfTurn.ALL),
        new BoilerplateConfig(Detect.TEMPLATE, 0.1, EndOfTurn.LAST),
        new BoilerplateConfig(Detect.TEMPLATE, 0.1, EndOfTurn.NONE),
        new BoilerplateConfig(Detect.CORPUS, 0.2, EndOfTurn.ALL),
        new BoilerplateConfig(Detect.CORPUS, 0.2, EndOfTurn.LAST),
        new BoilerplateConfig(Detect.CORPUS, 0.2, EndOfTurn.NONE));
  }
}
