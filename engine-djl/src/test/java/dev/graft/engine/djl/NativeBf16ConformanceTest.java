package dev.graft.engine.djl;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.testkit.BackendConformance;

/**
 * The backend with the kernels of processors that multiply bf16 themselves. PyTorch runs them on
 * others too, only slowly.
 */
final class NativeBf16ConformanceTest extends BackendConformance {
  @Override
  protected BackendProvider<?> provider() {
    return new DjlBackendProvider();
  }

  @Override
  protected Backend open() {
    int threads = Runtime.getRuntime().availableProcessors();
    return new DjlBackend(DjlTorch.open(threads), "cpu", Kernels.fast(true));
  }
}
