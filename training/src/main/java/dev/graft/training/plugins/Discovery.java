package dev.graft.training.plugins;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Walks the providers of one kind, one at a time, so that a broken one hides no other. */
final class Discovery<P> {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** A loader that fails this often in a row will not come to an end. */
  private static final int GIVE_UP = 100;

  private final PluginKind kind;
  private final Class<P> type;
  private final Function<P, String> name;
  private final List<Plugin<P>> found = new ArrayList<>();
  private final List<BrokenPlugin> broken = new ArrayList<>();

  @SuppressWarnings(
      "unchecked") // A class literal has no wildcards; ServiceLoader looks at its name.
  Discovery(PluginKind kind, Class<? super P> type, Function<P, String> name) {
    this.kind = kind;
    this.type = (Class<P>) type;
    this.name = name;
  }

  List<Plugin<P>> found() {
    return found;
  }

  List<BrokenPlugin> broken() {
    return broken;
  }

  /** Adds what a loader offers itself; {@code inherited} also what its parents offer. */
  void scan(ClassLoader loader, boolean inherited) {
    Iterator<ServiceLoader.Provider<P>> providers =
        ServiceLoader.load(type, loader).stream().iterator();
    int failures = 0;
    while (failures < GIVE_UP) {
      ServiceLoader.Provider<P> provider;
      try {
        if (!providers.hasNext()) {
          return;
        }
        provider = providers.next();
        failures = 0;
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        report("a " + type.getSimpleName(), e);
        continue;
      }
      Class<? extends P> providerClass = provider.type();
      if (inherited || providerClass.getClassLoader() == loader) {
        instantiate(provider, providerClass);
      }
    }
  }

  private void instantiate(ServiceLoader.Provider<P> provider, Class<? extends P> providerClass) {
    try {
      P p = provider.get();
      String version = providerClass.getPackage().getImplementationVersion();
      found.add(
          new Plugin<>(
              kind,
              name.apply(p),
              version == null ? "development" : version,
              jar(providerClass),
              p));
    } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
      // A provider is foreign code: whatever it throws must not hide the others.
      report(providerClass.getName() + " in " + jar(providerClass), e);
    }
  }

  private void report(String what, Throwable e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    BrokenPlugin b = new BrokenPlugin(kind, what + ": " + cause);
    broken.add(b);
    LOG.warn("could not load the {} plugin {}", kind.key(), b.detail(), e);
  }

  private static String jar(Class<?> c) {
    CodeSource source = c.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return "the Java runtime";
    }
    try {
      Path path = Path.of(source.getLocation().toURI());
      return path.toString().endsWith(".jar")
          ? String.valueOf(path.getFileName())
          : path.toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return source.getLocation().toString();
    }
  }
}
