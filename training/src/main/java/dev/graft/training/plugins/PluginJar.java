package dev.graft.training.plugins;

import dev.graft.api.ApiVersion;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * A plugin of a third party: jars or folders of classes that share a class loader. What it shares
 * with Graft is {@link #SHARED} alone, so that it may carry any version of any library. Its loader
 * is never closed: an engine's native code needs it.
 */
final class PluginJar {
  /** What comes from the application; everything else is the plugin's own. */
  private static final List<String> SHARED =
      List.of("dev.graft.api.", "dev.graft.graph.", "org.slf4j.", "org.jspecify.");

  private final Path path;
  private final List<Path> parts;
  private final URLClassLoader loader;

  /**
   * Makes a loader.
   *
   * @param path what people know it by
   * @param parts jars and folders of classes
   */
  PluginJar(Path path, List<Path> parts, ClassLoader application) {
    this.path = path;
    this.parts = List.copyOf(parts);
    this.loader =
        new URLClassLoader(
            parts.stream().map(PluginJar::url).toArray(URL[]::new), new Shared(application));
  }

  ClassLoader loader() {
    return loader;
  }

  /** The file name of a jar, the whole path of a folder. */
  String name() {
    return Files.isDirectory(path) ? path.toString() : String.valueOf(path.getFileName());
  }

  /** Why it cannot be used at all, where that can be told without loading a class. */
  Optional<String> problem() {
    for (Path part : parts) {
      if (Files.isDirectory(part)) {
        continue;
      }
      try (JarFile jar = new JarFile(part.toFile())) {
        Optional<String> version = version(jar.getManifest());
        if (version.isPresent()) {
          return version;
        }
      } catch (IOException e) {
        return Optional.of(
            "expected a jar, received a file that is none or is damaged ("
                + e.getMessage()
                + "); copy it anew");
      }
    }
    if (Arrays.stream(PluginKind.values())
        .noneMatch(k -> loader.findResource(k.services()) != null)) {
      return Optional.of(
          "expected a file that names a provider, one of "
              + Arrays.stream(PluginKind.values()).map(PluginKind::services).toList()
              + ", received none; remove the jar if it is a library, or put it and the plugin that"
              + " needs it into a folder of their own");
    }
    return Optional.empty();
  }

  private static Optional<String> version(@Nullable Manifest manifest) {
    String text =
        manifest == null ? null : manifest.getMainAttributes().getValue(ApiVersion.ATTRIBUTE);
    if (text == null) {
      return Optional.empty();
    }
    try {
      ApiVersion built = ApiVersion.of(text);
      return ApiVersion.CURRENT.supports(built)
          ? Optional.empty()
          : Optional.of(
              "it was built for version "
                  + built
                  + " of Graft's plugin API, and this is version "
                  + ApiVersion.CURRENT
                  + "; use another version of the plugin or of Graft");
    } catch (IllegalArgumentException e) {
      return Optional.of(ApiVersion.ATTRIBUTE + " of its manifest: " + e.getMessage());
    }
  }

  private static URL url(Path part) {
    try {
      return part.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e); // files have URLs
    }
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
