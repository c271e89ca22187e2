package dev.graft.training.run;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Which Graft this is, from its jar's manifest.
 *
 * @param version the implementation version, or {@code development} outside a jar
 * @param commit the git commit that it was built from, or {@code unknown}
 */
public record GraftBuild(String version, String commit) {
  private static final String DEVELOPMENT = "development";
  private static final String UNKNOWN = "unknown";

  /** The running one. */
  public static GraftBuild current() {
    CodeSource source = GraftBuild.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return new GraftBuild(DEVELOPMENT, UNKNOWN);
    }
    try {
      Path path = Path.of(source.getLocation().toURI());
      if (!Files.isRegularFile(path)) {
        return new GraftBuild(DEVELOPMENT, UNKNOWN);
      }
      try (JarFile jar = new JarFile(path.toFile())) {
        return of(jar.getManifest());
      }
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException("cannot read Graft's own jar " + source.getLocation(), e);
    }
  }

  private static GraftBuild of(Manifest manifest) {
    String version = manifest.getMainAttributes().getValue("Implementation-Version");
    String commit = manifest.getMainAttributes().getValue("Graft-Commit");
    return new GraftBuild(
        version == null ? DEVELOPMENT : version, commit == null ? UNKNOWN : commit);
  }
}
