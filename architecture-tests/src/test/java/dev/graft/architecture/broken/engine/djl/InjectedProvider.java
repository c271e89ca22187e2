package dev.graft.architecture.broken.engine.djl;

import dev.graft.architecture.broken.api.BackendProvider;
import jakarta.inject.Inject;

/** Breaks: the providers of plugins are not injected. */
final class InjectedProvider implements BackendProvider {
  private final Engine engine;

  @Inject
  InjectedProvider(Engine engine) {
    this.engine = engine;
  }

  int threads() {
    return engine.threads();
  }
}
