package dev.graft.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.graft.training.GraftModule;
import dev.graft.training.plugins.BrokenPlugin;
import dev.graft.training.plugins.Plugins;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one invocation share: the plugins, found when first asked for, and output.
 */
final class Session {
  private final List<Path> pluginPath;
  private List<Path> morePlugins = List.of();
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private @Nullable Plugins plugins;
  private @Nullable Injector injector;

  /**
   * @param terminal whether {@code err} is a terminal, where progress may be redrawn
   */
  Session(List<Path> pluginPath, PrintWriter out, PrintWriter err, boolean terminal) {
    this.pluginPath = List.copyOf(pluginPath);
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** Looks for plugins there too; told before they are first asked for. */
  void morePlugins(List<Path> path) {
    morePlugins = List.copyOf(path);
  }

  /** For results. */
  PrintWriter out() {
    return out;
  }

  /** For errors, warnings and progress. */
  PrintWriter err() {
    return err;
  }

  boolean terminal() {
    return terminal;
  }

  /** Engines, adapters and masks, without a word about broken ones. */
  Plugins discovered() {
    if (plugins == null) {
      plugins =
          Plugins.discover(
              Session.class.getClassLoader(),
              Stream.concat(pluginPath.stream(), morePlugins.stream()).toList());
    }
    return plugins;
  }

  /** Engines, adapters and masks; the first call warns of each broken one. */
  Plugins plugins() {
    boolean first = plugins == null;
    Plugins found = discovered();
    if (first) {
      for (BrokenPlugin b : found.broken()) {
        warn(b.sentence());
      }
    }
    return found;
  }

  /** Made when first asked for: most commands need no more than the plugins. */
  Injector injector() {
    if (injector == null) {
      injector = Guice.createInjector(new GraftModule(plugins()));
    }
    return injector;
  }

  /** A line for the person at the terminal that is no result. */
  void note(String line) {
    err.println(line);
    err.flush();
  }

  void warn(String line) {
    note("warning: " + line);
  }
}
