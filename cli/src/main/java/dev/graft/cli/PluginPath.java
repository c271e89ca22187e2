package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Class loaders of plugin jars. They are never closed: an engine's native code needs them. */
final class PluginPath {
  /** What a plugin shares with Graft; everything else is its own. */
  private static final List<String> SHARED =
      List.of("dev.graft.api.", "dev.graft.graph.", "org.slf4j.", "org.jspecify.");

  private PluginPath() {}

  /**
   * A loader for every entry.
   *
   * @param path jars, or folders whose jars belong together
   * @throws GraftException {@code file.missing} when an entry is not there
   */
  static List<ClassLoader> loaders(List<Path> path, ClassLoader application) {
    List<ClassLoader> out = new ArrayList<>();
    for (Path entry : path) {
      if (!Files.exists(entry)) {
        throw new GraftException(
            ErrorCode.FILE_MISSING,
            "expected plugin jars and folders of jars in GRAFT_PLUGINS, received '"
                + entry
                + "', which is not there; mend the path or unset the variable");
      }
      out.add(loader(entry, application));
    }
    return out;
  }

  private static ClassLoader loader(Path entry, ClassLoader application) {
    List<URL> urls = new ArrayList<>();
    try {
      if (Files.isDirectory(entry)) {
        urls.add(entry.toUri().toURL());
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(entry, "*.jar")) {
          for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
          }
        }
      } else {
        urls.add(entry.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ,
          "could not list the plugin folder '" + entry + "': " + e.getMessage(),
          e);
    }
    return new URLClassLoader(urls.toArray(URL[]::new), new Shared(application));
  }

  /** Shows a plugin the JDK and what it shares with Graft. */
  private static final class Shared extends ClassLoader {
    private final ClassLoader application;

    Shared(ClassLoader application) {
      super(ClassLoader.getPlatformClassLoader());
      this.application = application;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (SHARED.stream().anyMatch(name::startsWith)) {
        return application.loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }
  }
}
