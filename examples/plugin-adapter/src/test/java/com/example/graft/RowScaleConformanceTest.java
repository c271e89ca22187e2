package com.example.graft;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.testkit.AdapterConformance;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class RowScaleConformanceTest extends AdapterConformance<RowScaleConfig> {
  @Override
  protected AdapterProvider<RowScaleConfig> provider() {
    return new RowScaleProvider();
  }

  @Override
  protected List<RowScaleConfig> configs() {
    return List.of(new RowScaleConfig(TargetModules.fromConfig(".*")));
  }

  @Override
  protected Set<SiteKind> kinds() {
    return EnumSet.of(SiteKind.LINEAR, SiteKind.HEAD);
  }
}
