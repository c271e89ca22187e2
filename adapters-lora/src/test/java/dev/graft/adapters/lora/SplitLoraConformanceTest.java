package dev.graft.adapters.lora;

import dev.graft.adapters.lora.LoraConfig.Init;
import dev.graft.adapters.lora.LoraConfig.Scaling;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.adapter.TrainedBiases;
import dev.graft.testkit.AdapterConformance;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** LoRAs that start from a part of the weight, and are saved as plain ones of twice the rank. */
class SplitLoraConformanceTest extends AdapterConformance<LoraConfig> {
  @Override
  protected AdapterProvider<LoraConfig> provider() {
    return new LoraProvider();
  }

  @Override
  protected List<LoraConfig> configs() {
    return List.of(
        config(4, 8, Scaling.STANDARD, Init.PISSA, 1, Map.of(), Map.of()),
        config(3, 5, Scaling.RSLORA, Init.PISSA, 4, Map.of("up_proj", 2), Map.of("lm_head", 7.0)),
        config(4, 4, Scaling.STANDARD, Init.OLORA, 1, Map.of("down_proj", 6), Map.of()),
        config(12, 3, Scaling.RSLORA, Init.OLORA, 1, Map.of(), Map.of()));
  }

  private static LoraConfig config(
      int r,
      double alpha,
      Scaling scaling,
      Init init,
      double ratio,
      Map<String, Integer> ranks,
      Map<String, Double> alphas) {
    return new LoraConfig(
        r,
        alpha,
        0,
        TargetModules.fromConfig(".*"),
        Optional.of(TargetModules.of("embed_tokens")),
        List.of(),
        scaling,
        init,
        ranks,
        alphas,
        ratio,
        TrainedBiases.NONE,
        List.of());
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.of(SiteKind.LINEAR, SiteKind.HEAD);
  }

  /** That the saved one computes the same is tested by the kit. */
  @Override
  protected LoraConfig saved(LoraConfig config) {
    return config.doubled();
  }
}
