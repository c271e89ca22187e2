package dev.graft.adapters.dora;

import dev.graft.adapters.dora.DoraConfig.Init;
import dev.graft.adapters.dora.DoraConfig.Scaling;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.testkit.AdapterConformance;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class DoraConformanceTest extends AdapterConformance<DoraConfig> {
  @Override
  protected AdapterProvider<DoraConfig> provider() {
    return new DoraProvider();
  }

  @Override
  protected List<DoraConfig> configs() {
    TargetModules all = TargetModules.fromConfig(".*");
    return List.of(
        new DoraConfig(
            4,
            8,
            0,
            all,
            Optional.empty(),
            List.of(),
            Scaling.STANDARD,
            Init.KAIMING,
            Map.of(),
            Map.of(),
            1),
        new DoraConfig(
            3,
            5,
            0.3,
            all,
            Optional.of(TargetModules.of("lm_head")),
            List.of(),
            Scaling.RSLORA,
            Init.GAUSSIAN,
            Map.of(),
            Map.of(),
            4),
        new DoraConfig(
            2,
            2,
            0,
            TargetModules.of("q_proj", "up_proj", "down_proj", "embed_tokens", "lm_head"),
            Optional.of(TargetModules.fromConfig(".*layers\\.1\\..*")),
            List.of(0, 1),
            Scaling.STANDARD,
            Init.KAIMING,
            Map.of("up_proj", 5),
            Map.of("layers\\.1\\.mlp\\.down_proj", 7.0),
            1));
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.allOf(SiteKind.class);
  }

  /** The magnitudes are rounded to f32, by a relative 2⁻²⁴ at most. */
  @Override
  protected double startTolerance(DoraConfig config) {
    return 1e-7;
  }

  /** How lora_A started and was trained is not kept: nothing needs it once there are tensors. */
  @Override
  protected DoraConfig saved(DoraConfig c) {
    return new DoraConfig(
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
        1);
  }
}
