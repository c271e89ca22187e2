package dev.graft.training.plugins;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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
  private final Function<P, Class<? extends Record>> configType;
  private final List<BrokenPlugin> broken = new ArrayList<>();

  @SuppressWarnings(
      "unchecked") // A class literal has no wildcards; ServiceLoader looks at its name.
  Discovery(
      PluginKind kind,
      Class<? super P> type,
      Function<P, String> name,
      Function<P, Class<? extends Record>> configType) {
    this.kind = kind;
    this.type = (Class<P>) type;
    this.name = name;
    this.configType = configType;
  }

  List<BrokenPlugin> broken() {
    return broken;
  }

  /** What the application's class path offers. */
  List<Plugin<P>> of(ClassLoader application) {
    return scan(application, Optional.empty());
  }

  /** What a plugin jar offers itself. */
  List<Plugin<P>> of(PluginJar jar) {
    return scan(jar.loader(), Optional.of(jar.name()));
  }

  private List<Plugin<P>> scan(ClassLoader loader, Optional<String> jar) {
    List<Plugin<P>> found = new ArrayList<>();
    Iterator<ServiceLoader.Provider<P>> providers =
        ServiceLoader.load(type, loader).stream().iterator();
    int failures = 0;
    while (failures < GIVE_UP) {
      ServiceLoader.Provider<P> provider;
      try {
        if (!providers.hasNext()) {
          return found;
        }
        provider = providers.next();
        failures = 0;
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        report(jar.orElse("a jar of the class path"), "", e);
        continue;
      }
      Class<? extends P> providerClass = provider.type();
      if (jar.isEmpty() || providerClass.getClassLoader() == loader) {
        instantiate(provider, providerClass, jar).ifPresent(found::add);
      }
    }
    return found;
  }

  private Optional<Plugin<P>> instantiate(
      ServiceLoader.Provider<P> provider, Class<? extends P> providerClass, Optional<String> from) {
    String jar = from.orElseGet(() -> jar(providerClass));
    try {
      P p = provider.get();
      String version = providerClass.getPackage().getImplementationVersion();
      Plugin<P> plugin =
          new Plugin<>(kind, name.apply(p), version == null ? "development" : version, jar, p);
      if (configType.apply(p) == null) {
        throw new IllegalStateException("its configType() is null");
      }
      LOG.debug("{} '{}' {} from {}", kind.key(), plugin.name(), plugin.version(), jar);
      return Optional.of(plugin);
    } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
      // A provider is foreign code: whatever it throws must not hide the others.
      report(jar, providerClass.getName() + ": ", e);
      return Optional.empty();
    }
  }

  private void report(String jar, String what, Throwable e) {
    BrokenPlugin b = new BrokenPlugin(Optional.of(kind), jar, what + LoadFailure.of(e));
    broken.add(b);
    LOG.debug("{}", b.sentence(), e);
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
