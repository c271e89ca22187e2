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

class LoraConformanceTest extends AdapterConformance<LoraConfig> {
  @Override
  protected AdapterProvider<LoraConfig> provider() {
    return new LoraProvider();
  }

  @Override
  protected List<LoraConfig> configs() {
    TargetModules all = TargetModules.fromConfig(".*");
    Optional<TargetModules> none = Optional.empty();
    return List.of(
        new LoraConfig(
            4,
            8,
            0,
            all,
            none,
            List.of(),
            Scaling.STANDARD,
            Init.KAIMING,
            Map.of(),
            Map.of(),
            1,
            TrainedBiases.NONE,
            List.of()),
        new LoraConfig(
            3,
            5,
            0.3,
            all,
            none,
            List.of(),
            Scaling.RSLORA,
            Init.GAUSSIAN,
            Map.of(),
            Map.of(),
            16,
            TrainedBiases.NONE,
            List.of()),
        new LoraConfig(
            2,
            2,
            0,
            TargetModules.of("q_proj", "up_proj", "down_proj", "embed_tokens", "lm_head"),
            Optional.of(TargetModules.fromConfig(".*embed.*")),
            List.of(1),
            Scaling.STANDARD,
            Init.KAIMING,
            Map.of("up_proj", 5),
            Map.of("layers\\.1\\.mlp\\.down_proj", 7.0),
            1,
            TrainedBiases.NONE,
            List.of()));
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.allOf(SiteKind.class);
  }

  /** How lora_A started and was trained is not kept: nothing needs it once there are tensors. */
  @Override
  protected LoraConfig saved(LoraConfig c) {
    return new LoraConfig(
        c.r(),
        c.alpha(),
        c.dropout(),
        c.targetModules(),
        c.excludeModules(),
        c.layersToTransform(),
        c.scaling(),
        Init.KAIMING,
        c.rankPattern(),
        c.alphaPattern(),
        1,
        TrainedBiases.NONE,
        List.of());
  }
}
