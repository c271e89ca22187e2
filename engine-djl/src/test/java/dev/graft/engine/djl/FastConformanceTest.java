package dev.graft.engine.djl;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.testkit.BackendConformance;

/** The backend with its default kernels. */
final class FastConformanceTest extends BackendConformance {
  @Override
  protected BackendProvider<?> provider() {
    return new DjlBackendProvider();
  }

  @Override
  protected Backend open() {
    return new DjlBackendProvider().open(new DjlConfig("cpu", 0, DjlConfig.KernelChoice.FAST));
  }
}
