package com.example.graft;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.testkit.BackendConformance;

class TimedReferenceConformanceTest extends BackendConformance {
  @Override
  protected BackendProvider<?> provider() {
    return new TimedReferenceProvider();
  }

  @Override
  protected Backend open() {
    return new TimedReferenceProvider().open(new TimedReferenceConfig(false));
  }
}
