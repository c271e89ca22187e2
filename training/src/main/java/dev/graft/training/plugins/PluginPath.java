package dev.graft.training.plugins;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where plugins of third parties are looked for. An entry is a jar, a folder of compiled classes,
 * or a folder of plugins: there every jar is a plugin by itself, and every folder with jars is one
 * with its libraries.
 */
final class PluginPath {
  private static final String JAR = ".jar";

  private PluginPath() {}

  /**
   * The plugins of some entries, in their order and by name.
   *
   * @throws GraftException {@code file.missing} when an entry is not there, {@code file.read}
   */
  static List<PluginJar> find(List<Path> entries, ClassLoader application) {
    List<PluginJar> out = new ArrayList<>();
    for (Path entry : entries) {
      if (!Files.exists(entry)) {
        throw new GraftException(
            ErrorCode.FILE_MISSING,
            "expected a plugin jar or a folder of plugins, as --plugins or GRAFT_PLUGINS names it,"
                + " received '"
                + entry
                + "', which is not there; correct the path");
      }
      if (!Files.isDirectory(entry) || Files.isDirectory(entry.resolve("META-INF"))) {
        out.add(new PluginJar(entry, List.of(entry), application));
        continue;
      }
      for (Path child : children(entry)) {
        List<Path> jars = jars(Files.isDirectory(child) ? children(child) : List.of(child));
        if (!jars.isEmpty()) {
          out.add(new PluginJar(child, jars, application));
        }
      }
    }
    return out;
  }

  private static List<Path> jars(List<Path> files) {
    return files.stream().filter(f -> f.toString().endsWith(JAR)).toList();
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_READ,
          "could not list the plugin folder '" + folder + "': " + e.getMessage(),
          e);
    }
  }
}
