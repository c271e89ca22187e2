package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.training.plugins.PluginKind;
import dev.graft.training.plugins.Plugins;
import java.util.Map;

/** Opens engines by name. */
final class Engines {
  /** The engine of commands that read no recipe. */
  static final String DEFAULT = "djl-pytorch";

  private Engines() {}

  /**
   * Opens an engine.
   *
   * @param options the keys of its block in a recipe, without {@code type}
   */
  static Backend open(Plugins plugins, String name, Map<String, Object> options) {
    return open(plugins.backend(name).provider(), options);
  }

  static <C extends Record> Backend open(BackendProvider<C> provider, Map<String, Object> options) {
    return provider.open(Plugins.bind(PluginKind.BACKEND, options, provider.configType()));
  }
}
