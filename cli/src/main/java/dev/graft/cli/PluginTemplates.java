package dev.graft.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The example plugins, which the jar of the command line carries. */
final class PluginTemplates {
  private static final String FOLDER = "plugins/plugin-";

  private PluginTemplates() {}

  /**
   * The files of an example by their paths, with / between folders.
   *
   * @param kind adapter, mask or engine
   */
  static Map<String, String> of(String kind) {
    URL url = PluginTemplates.class.getResource(FOLDER + kind);
    if (url == null) {
      throw new IllegalStateException("the example of the plugin " + kind + " is missing");
    }
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        return read(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        String inside = uri.toString().substring(uri.toString().indexOf('!') + 1);
        return read(jar.getPath(inside));
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e); // the JDK made it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> read(Path folder) throws IOException {
    Map<String, String> out = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.put(folder.relativize(file).toString().replace('\\', '/'), Files.readString(file));
      }
    }
    return out;
  }
}
