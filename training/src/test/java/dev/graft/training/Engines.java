package dev.graft.training;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.training.plugins.Plugins;
import java.util.Map;
import java.util.stream.Stream;

/** The engines that training is tested on. */
public final class Engines {
  private Engines() {}

  /** Their names, for parameterised tests. */
  public static Stream<String> all() {
    return Stream.of("reference", "djl-pytorch");
  }

  public static Backend open(String name) {
    return open(Plugins.discover().backend(name).provider());
  }

  private static <C extends Record> Backend open(BackendProvider<C> provider) {
    return provider.open(ConfigBinder.bind(Map.of(), provider.configType(), "backend"));
  }
}
