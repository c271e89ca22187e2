package dev.graft.training.plugins;

import java.util.Map;
import java.util.Optional;

/** Where the plugins that Graft publishes live, for the error when one is missing. */
final class KnownPlugins {
  private static final Map<String, String> ARTIFACTS =
      Map.of(
          "reference", "graft-engine-reference",
          "djl-pytorch", "graft-engine-djl",
          "tensorflow", "graft-engine-tf",
          "lora", "graft-adapters-lora",
          "dora", "graft-adapters-dora",
          "mora", "graft-adapters-mora",
          "vera", "graft-adapters-vera",
          "none", "graft-masking",
          "response-only", "graft-masking");

  private KnownPlugins() {}

  static Optional<String> artifact(String name) {
    return Optional.ofNullable(ARTIFACTS.get(name));
  }
}
