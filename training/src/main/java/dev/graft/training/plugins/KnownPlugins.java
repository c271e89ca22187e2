package dev.graft.training.plugins;

import java.util.Map;
import java.util.Optional;

/** Where the plugins that Graft publishes live, for the error when one is missing. */
final class KnownPlugins {
  private static final String MASKING = "graft-masking";
  private static final Map<String, String> ARTIFACTS =
      Map.ofEntries(
          Map.entry("reference", "graft-engine-reference"),
          Map.entry("djl-pytorch", "graft-engine-djl"),
          Map.entry("tensorflow", "graft-engine-tf"),
          Map.entry("lora", "graft-adapters-lora"),
          Map.entry("dora", "graft-adapters-dora"),
          Map.entry("mora", "graft-adapters-mora"),
          Map.entry("vera", "graft-adapters-vera"),
          Map.entry("none", MASKING),
          Map.entry("special-tokens", MASKING),
          Map.entry("response-only", MASKING),
          Map.entry("boilerplate", MASKING),
          Map.entry("weighted", MASKING),
          Map.entry("last-turn", MASKING),
          Map.entry("spans", MASKING));

  private KnownPlugins() {}

  static Optional<String> artifact(String name) {
    return Optional.ofNullable(ARTIFACTS.get(name));
  }
}
