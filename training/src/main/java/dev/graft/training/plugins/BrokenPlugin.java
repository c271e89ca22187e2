package dev.graft.training.plugins;

import java.util.Optional;

/**
 * A plugin that cannot be used.
 *
 * @param kind what it was to be, where that is known
 * @param jar the file name of the jar or folder that it came from
 * @param problem what is wrong with it, and what to do
 */
public record BrokenPlugin(Optional<PluginKind> kind, String jar, String problem) {
  /** One paragraph that names the jar. */
  public String sentence() {
    return "the "
        + kind.map(k -> k.key() + " ").orElse("")
        + "plugin in "
        + jar
        + " cannot be used: "
        + problem;
  }
}
