package dev.graft.adapters.mora;

import dev.graft.adapters.mora.MoraConfig.Coverage;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.testkit.AdapterConformance;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class MoraConformanceTest extends AdapterConformance<MoraConfig> {
  private static final TargetModules ALL = TargetModules.fromConfig(".*");

  @Override
  protected AdapterProvider<MoraConfig> provider() {
    return new MoraProvider();
  }

  private static MoraConfig plain(int r, Optional<Integer> side, MoraType type, Coverage coverage) {
    return new MoraConfig(r, side, type, coverage, 0, ALL, Optional.empty(), List.of(), Map.of());
  }

  @Override
  protected List<MoraConfig> configs() {
    return List.of(
        plain(1, Optional.empty(), MoraType.SHARING_STRIDED, Coverage.FULL),
        plain(1, Optional.of(6), MoraType.SHARING_GROUPED, Coverage.FULL),
        plain(1, Optional.of(5), MoraType.SHARING_GROUPED_STRIDED, Coverage.FULL),
        plain(2, Optional.empty(), MoraType.SHARING_STRIDED_GROUPED, Coverage.FULL),
        plain(1, Optional.empty(), MoraType.ROTATION, Coverage.REFERENCE),
        new MoraConfig(
            1,
            Optional.of(6),
            MoraType.ROTATION,
            Coverage.FULL,
            0.3,
            ALL,
            Optional.of(TargetModules.of("embed_tokens")),
            List.of(),
            Map.of("up_proj", 2)));
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.of(SiteKind.LINEAR, SiteKind.HEAD);
  }
}
