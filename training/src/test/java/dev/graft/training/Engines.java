package dev.graft.training;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.graph.Expansion;
import dev.graft.models.GraphCompiler;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The engines that training is tested on. */
public final class Engines {
  private static final List<String> EXPECTED = List.of("reference", "djl-pytorch", "tensorflow");

  private Engines() {}

  /**
   * Their names, for parameterised tests: all engines on the class path, and no fewer than these.
   */
  public static Stream<String> all() {
    List<String> found = Plugins.discover().backends().stream().map(Plugin::name).toList();
    if (!found.containsAll(EXPECTED)) {
      throw new IllegalStateException(
          "expected the engines " + EXPECTED + " on the test class path, found " + found);
    }
    return found.stream();
  }

  /** Every engine with every other, both ways. */
  public static Stream<Arguments> pairs() {
    return all().flatMap(a -> all().filter(b -> !b.equals(a)).map(b -> Arguments.of(a, b)));
  }

  /** Every engine with every other, once. */
  public static Stream<Arguments> combinations() {
    return all().flatMap(a -> all().filter(b -> b.compareTo(a) > 0).map(b -> Arguments.of(a, b)));
  }

  public static GraphCompiler compiler(Backend backend) {
    return graph -> Expansion.compile(backend, graph);
  }

  public static Backend open(String name) {
    return open(Plugins.discover().backend(name).provider());
  }

  private static <C extends Record> Backend open(BackendProvider<C> provider) {
    return provider.open(ConfigBinder.bind(Map.of(), provider.configType(), "backend"));
  }
}
