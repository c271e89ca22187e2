package dev.graft.engine.tf;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.testkit.BackendConformance;

/** The backend on the CPU. */
final class TfConformanceTest extends BackendConformance {
  @Override
  protected BackendProvider<?> provider() {
    return new TfBackendProvider();
  }

  @Override
  protected Backend open() {
    return new TfBackendProvider().open(TfConfig.defaults());
  }
}
