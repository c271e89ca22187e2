package dev.graft.testkit;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;

final class ReferenceConformanceTest extends BackendConformance {
  @Override
  protected BackendProvider<?> provider() {
    return new ReferenceProvider();
  }

  @Override
  protected Backend open() {
    return new ReferenceProvider().open(new ReferenceConfig());
  }
}
