package dev.graft.adapters.vera;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.testkit.AdapterConformance;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class VeraConformanceTest extends AdapterConformance<VeraConfig> {
  @Override
  protected AdapterProvider<VeraConfig> provider() {
    return new VeraProvider();
  }

  @Override
  protected List<VeraConfig> configs() {
    TargetModules all = TargetModules.fromConfig(".*");
    return List.of(
        new VeraConfig(4, 0.1, 0, 0, all, Optional.empty()),
        new VeraConfig(
            3, 0.5, 9, 0.3, all, Optional.of(TargetModules.of("embed_tokens", "k_proj"))));
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.of(SiteKind.LINEAR, SiteKind.HEAD);
  }
}
