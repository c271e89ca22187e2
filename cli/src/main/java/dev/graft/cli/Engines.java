package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.util.Map;

/** Opens engines. */
final class Engines {
  /** The engine of commands that read no recipe. */
  static final String DEFAULT = "djl-pytorch";

  private Engines() {}

  /**
   * Opens an engine.
   *
   * @param options the keys of its block in a recipe, without {@code type}
   */
  static Backend open(Plugin<BackendProvider<?>> engine, Map<String, Object> options) {
    return open(engine, engine.provider(), options);
  }

  private static <C extends Record> Backend open(
      Plugin<?> engine, BackendProvider<C> provider, Map<String, Object> options) {
    return provider.open(Plugins.bind(engine, options, provider.configType()));
  }
}
