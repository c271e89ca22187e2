package dev.graft.training.model;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.util.List;
import java.util.Map;

/** Opens engines outside of a recipe. */
public final class Engines {
  /** The engine where none is asked for. */
  public static final String DEFAULT = "djl-pytorch";

  private Engines() {}

  /** Whether an engine can be opened here; one that fails to tell cannot. */
  public static Availability availability(BackendProvider<?> engine) {
    try {
      return engine.availability();
    } catch (RuntimeException | LinkageError e) {
      // A provider is foreign code: whatever it throws must not hide the others.
      return new Availability(false, "failed to tell what it needs: " + e, List.of());
    }
  }

  /**
   * Opens an engine; the caller closes it.
   *
   * @param options the keys of its block in a recipe, without {@code type}
   */
  public static Backend open(Plugin<BackendProvider<?>> engine, Map<String, Object> options) {
    return open(engine, engine.provider(), options);
  }

  private static <C extends Record> Backend open(
      Plugin<?> engine, BackendProvider<C> provider, Map<String, Object> options) {
    return provider.open(Plugins.bind(engine, options, provider.configType()));
  }
}
