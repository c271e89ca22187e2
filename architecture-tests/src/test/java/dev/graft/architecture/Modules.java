package dev.graft.architecture;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The modules of Graft and what each may use. A module is named by its package below the root: the
 * classes of {@code dev.graft.engine.djl..} are the module {@code engine.djl}, in the folder {@code
 * engine-djl}.
 */
final class Modules {
  /** The modules that a module may use beside itself. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("graph", Set.of("api")),
          Map.entry("engine.reference", Set.of("api", "graph")),
          Map.entry("engine.djl", Set.of("api")),
          Map.entry("engine.tf", Set.of("api")),
          Map.entry("testkit", Set.of("api", "graph", "engine.reference")),
          Map.entry("adapters.lora", Set.of("api")),
          Map.entry("adapters.dora", Set.of("api")),
          Map.entry("adapters.mora", Set.of("api")),
          Map.entry("adapters.vera", Set.of("api")),
          Map.entry("masking", Set.of("api")),
          Map.entry("models", Set.of("api")),
          Map.entry("training", Set.of("api", "graph", "models")),
          Map.entry("tracking.mlflow", Set.of("api", "models", "training")),
          Map.entry("experiments", Set.of("api", "graph", "models", "training")),
          // Plugins are chosen by name at run time, so even here no engine, adapter or mask stands.
          Map.entry("cli", Set.of("api", "graph", "models", "training", "experiments")));

  /**
   * How many classes each module that exists has at least, so that no rule passes because nothing
   * was imported. Raise them as the modules grow.
   */
  static final Map<String, Integer> MINIMUM_CLASSES =
      Map.ofEntries(
          Map.entry("api", 50),
          Map.entry("graph", 1),
          Map.entry("engine.reference", 1),
          Map.entry("engine.djl", 1),
          Map.entry("engine.tf", 1),
          Map.entry("testkit", 1),
          Map.entry("adapters.lora", 1),
          Map.entry("adapters.dora", 1),
          Map.entry("adapters.mora", 5),
          Map.entry("adapters.vera", 1),
          Map.entry("masking", 1),
          Map.entry("models", 1),
          Map.entry("training", 1),
          Map.entry("tracking.mlflow", 4),
          Map.entry("experiments", 10),
          Map.entry("cli", 1));

  private Modules() {}

  /** The module that holds a package, or nothing where the table above knows none. */
  static Optional<String> of(String root, String packageName) {
    return MAY_USE.keySet().stream()
        .filter(module -> (packageName + ".").startsWith(root + "." + module + "."))
        .max(Comparator.comparingInt(String::length));
  }

  static boolean mayUse(String module, String used) {
    return module.equals(used) || MAY_USE.getOrDefault(module, Set.of()).contains(used);
  }

  /** The number of classes of each module among those imported. */
  static Map<String, Integer> count(String root, JavaClasses classes) {
    return classes.stream()
        .collect(
            groupingBy(
                javaClass -> of(root, javaClass.getPackageName()).orElse("(no module)"),
                summingInt(javaClass -> 1)));
  }
}
