package dev.graft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.ApiVersion;
import dev.graft.api.masking.MaskingProvider;
import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.JApiClass;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apiguardian.api.API;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plugins that were built for the API of the baseline, a jar in the resources, still compile and
 * run. Whoever breaks them on purpose raises {@link ApiVersion} and puts a new baseline there.
 */
final class ApiCompatibilityTest {
  private static final String PROVIDER = "dev/graft/api/masking/MaskingProvider.class";

  @TempDir Path folder;

  private Path baseline() throws IOException {
    Path jar = folder.resolve("baseline.jar");
    String name = "graft-api-" + ApiVersion.CURRENT + ".jar";
    try (InputStream in = ApiCompatibilityTest.class.getResourceAsStream("/" + name)) {
      assertThat(in).as("%s in the resources: the baseline of this version", name).isNotNull();
      Files.copy(in, jar, StandardCopyOption.REPLACE_EXISTING);
    }
    return jar;
  }

  /** The API as it is now, as a jar. */
  private Path current() throws IOException, URISyntaxException {
    Path at =
        Path.of(MaskingProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (!Files.isDirectory(at)) {
      return at;
    }
    Path jar = folder.resolve("current.jar");
    try (FileSystem zip =
            FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of("create", "true"));
        Stream<Path> files = Files.walk(at)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = zip.getPath("/" + at.relativize(file).toString().replace('\\', '/'));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    return jar;
  }

  /** The classes that plugins could not be used with any more. */
  private static Set<String> broken(Path before, Path after) {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
    List<JApiClass> classes =
        new JarArchiveComparator(options)
            .compare(
                new JApiCmpArchive(before.toFile(), "before"),
                new JApiCmpArchive(after.toFile(), "after"));
    Set<String> out = new TreeSet<>();
    for (JApiClass c : classes) {
      if (!c.isBinaryCompatible() || !c.isSourceCompatible()) {
        out.add(c.getFullyQualifiedName());
      }
    }
    return out;
  }

  @Test
  void pluginsOfTheBaselineStillCompileAndRun() throws IOException, URISyntaxException {
    assertThat(broken(baseline(), current())).isEmpty();
    try (JarFile jar = new JarFile(baseline().toFile())) {
      assertThat(jar.getEntry(PROVIDER)).isNotNull();
    }
  }

  @Test
  void aTypeThatIsGoneIsFound() throws IOException, URISyntaxException {
    Path without = folder.resolve("without.jar");
    Files.copy(current(), without);
    try (FileSystem zip = FileSystems.newFileSystem(without)) {
      Files.delete(zip.getPath(PROVIDER));
    }
    assertThat(broken(baseline(), without)).contains(MaskingProvider.class.getName());
  }

  @Test
  void aMethodThatPluginsWouldHaveToAddIsFound() throws IOException, URISyntaxException {
    Path source =
        Files.writeString(
            Files.createDirectories(folder.resolve("source")).resolve("MaskingProvider.java"),
            """
            package dev.graft.api.masking;
            public interface MaskingProvider<C extends Record> {
              String name();
              Class<C> configType();
              MaskingStrategy create(C config);
              String licence();
            }
            """,
            StandardCharsets.UTF_8);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
    assertThat(status).isZero();
    Path changed = folder.resolve("changed.jar");
    Files.copy(current(), changed);
    try (FileSystem zip = FileSystems.newFileSystem(changed)) {
      Files.copy(
          classes.resolve(PROVIDER), zip.getPath(PROVIDER), StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(broken(baseline(), changed)).containsExactly(MaskingProvider.class.getName());
  }

  @Test
  void everyPackageOfTheApiSaysHowStableItIs()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Set<String> packages = new TreeSet<>();
    try (JarFile jar = new JarFile(current().toFile())) {
      for (Enumeration<JarEntry> e = jar.entries(); e.hasMoreElements(); ) {
        String name = e.nextElement().getName();
        if (name.endsWith(".class")) {
          packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
        }
      }
    }
    assertThat(packages).hasSizeGreaterThan(5);
    for (String name : packages) {
      Class<?> info = Class.forName(name + ".package-info");
      assertThat(info.getPackage().getAnnotation(API.class)).as(name).isNotNull();
    }
  }
}
