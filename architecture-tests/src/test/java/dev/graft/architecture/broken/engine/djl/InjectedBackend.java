package dev.graft.architecture.broken.engine.djl;

import dev.graft.architecture.broken.api.Backend;
import jakarta.inject.Inject;

/** Breaks: plugins are not injected. */
final class InjectedBackend implements Backend {
  private final Engine engine;

  @Inject
  InjectedBackend(Engine engine) {
    this.engine = engine;
  }

  int threads() {
    return engine.threads();
  }
}
