package dev.graft.training.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.ApiVersion;
import dev.graft.api.masking.MaskingProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars of third parties, good ones and broken ones, in one folder. */
final class PluginJarTest {
  private static final String SERVICES = "META-INF/services/" + MaskingProvider.class.getName();

  @TempDir Path temp;

  /** A mask whose name is an expression. */
  private static String mask(String className, String name) {
    return """
        package other;
        public final class %1$s implements dev.graft.api.masking.MaskingProvider<%1$s.Config> {
          public record Config() {}
          public String name() { return %2$s; }
          public Class<Config> configType() { return Config.class; }
          public dev.graft.api.masking.MaskingStrategy create(Config c) {
            return (example, seed) -> new float[example.size()];
          }
        }
        """
        .formatted(className, name);
  }

  /** Compiles classes; each source is a file's name and its text. */
  private Path compile(String folder, String classPath, String... sources) {
    try {
      Path out = Files.createDirectories(temp.resolve("classes").resolve(folder));
      List<String> arguments =
          new ArrayList<>(List.of("-proc:none", "-cp", classPath, "-d", out.toString()));
      for (int i = 0; i < sources.length; i += 2) {
        Path file = temp.resolve("sources").resolve(folder).resolve(sources[i]);
        Files.createDirectories(file.getParent());
        arguments.add(Files.writeString(file, sources[i + 1]).toString());
      }
      assertThat(
              ToolProvider.getSystemJavaCompiler()
                  .run(null, null, null, arguments.toArray(String[]::new)))
          .isZero();
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath(Path... more) {
    return String.join(
        java.io.File.pathSeparator,
        Stream.concat(
                Stream.of(System.getProperty("java.class.path")),
                Arrays.stream(more).map(Path::toString))
            .toList());
  }

  /** A jar of compiled classes that offers masks. */
  private Path jar(String name, Path classes, String apiVersion, String... offered) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, "7.5");
    if (!apiVersion.isEmpty()) {
      attributes.putValue(ApiVersion.ATTRIBUTE, apiVersion);
    }
    Path file = temp.resolve("plugins").resolve(name);
    try {
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file);
          JarOutputStream jar = new JarOutputStream(out, manifest);
          Stream<Path> files = Files.walk(classes)) {
        for (Path c : files.filter(Files::isRegularFile).toList()) {
          jar.putNextEntry(new ZipEntry(classes.relativize(c).toString().replace('\\', '/')));
          Files.copy(c, jar);
        }
        if (offered.length > 0) {
          jar.putNextEntry(new ZipEntry(SERVICES));
          jar.write(String.join("\n", offered).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path maskJar(String jar, String className, String name, String apiVersion) {
    Path classes =
        compile(jar, classPath(), className + ".java", mask(className, '"' + name + '"'));
    return jar(jar, classes, apiVersion, "other." + className);
  }

  private Plugins discover() {
    return Plugins.discover(PluginJarTest.class.getClassLoader(), List.of(temp.resolve("plugins")));
  }

  @Test
  void everyJarIsAPluginWithItsVersionAndName() {
    maskJar("first-mask.jar", "First", "first", "0.1");
    maskJar("second-mask.jar", "Second", "second", "");
    Plugins found = discover();
    assertThat(found.broken()).isEmpty();
    Plugin<?> first = found.masking("first");
    assertThat(first.version()).isEqualTo("7.5");
    assertThat(first.jar()).isEqualTo("first-mask.jar");
    assertThat(first.provider().getClass().getClassLoader())
        .isNotSameAs(found.masking("second").provider().getClass().getClassLoader());
    assertThat(found.maskings()).extracting(Plugin::name).contains("none", "response-only");
  }

  @Test
  void twoPluginsMayCarryDifferentVersionsOfALibrary() throws IOException {
    for (int version = 1; version <= 2; version++) {
      String folder = "with-library-" + version;
      Path library =
          compile(
              folder + "/lib",
              classPath(),
              "Library.java",
              "package library; public final class Library { public static String version() {"
                  + " return \"v"
                  + version
                  + "\"; } }");
      Path classes =
          compile(
              folder + "/plugin",
              classPath(library),
              "Mine.java",
              mask("Mine", "\"uses-\" + library.Library.version()"));
      jar(folder + "/plugin.jar", classes, "", "other.Mine");
      jar(folder + "/library.jar", library, "");
    }
    Plugins found = discover();
    assertThat(found.broken()).isEmpty();
    assertThat(found.maskings()).extracting(Plugin::name).contains("uses-v1", "uses-v2");
    assertThat(found.masking("uses-v1").jar()).endsWith("with-library-1");
  }

  @Test
  void everyBrokenJarIsNamedWithWhatIsWrongAndTheRestWorks() throws IOException {
    maskJar("good.jar", "Good", "good", "0.1");
    maskJar("too-new.jar", "New", "new", "0.99.1");
    maskJar("no-version.jar", "Odd", "odd", "latest");
    maskJar("taken.jar", "Taken", "response-only", "");
    maskJar("badly-named.jar", "Named", "Badly Named", "");

    Path lost = compile("lost", classPath(), "Lost.java", mask("Lost", "\"lost\""));
    jar("no-such-class.jar", lost, "", "other.NotThere");
    jar("no-provider.jar", lost, "");
    jar("no-mask.jar", lost, "", "other.Lost$Config");

    Path throwing =
        compile(
            "throwing",
            classPath(),
            "Throwing.java",
            mask("Throwing", "\"throwing\"")
                .replace(
                    "public record Config() {}",
                    "public record Config() {}"
                        + " public Throwing() { throw new IllegalStateException(\"no licence\"); }"));
    jar("throwing.jar", throwing, "", "other.Throwing");

    Path library =
        compile(
            "library",
            classPath(),
            "Gone.java",
            "package library; public class Gone { public static int one; }");
    Path needy =
        compile(
            "needy",
            classPath(library),
            "Needy.java",
            mask("Needy", "\"needy\" + library.Gone.one"));
    jar("needy.jar", needy, "", "other.Needy");

    Path future = compile("future", classPath(), "Future.java", mask("Future", "\"future\""));
    Path futureClass = future.resolve("other/Future.class");
    byte[] bytes = Files.readAllBytes(futureClass);
    bytes[7] = 99; // The class file's version: Java 55.
    Files.write(futureClass, bytes);
    jar("future.jar", future, "", "other.Future");

    // Built against an interface that had one method less.
    Path api =
        compile(
            "old-api",
            ".",
            "MaskingProvider.java",
            "package dev.graft.api.masking; public interface MaskingProvider<C> { String name(); }");
    Path old =
        compile(
            "old",
            api.toString(),
            "Old.java",
            "package other; public final class Old implements"
                + " dev.graft.api.masking.MaskingProvider<String> {"
                + " public String name() { return \"old\"; } }");
    jar("old.jar", old, "", "other.Old");

    Path plugins = temp.resolve("plugins");
    Files.writeString(plugins.resolve("text.jar"), "this is no jar");
    byte[] whole = Files.readAllBytes(plugins.resolve("good.jar"));
    Files.write(plugins.resolve("truncated.jar"), Arrays.copyOf(whole, whole.length / 2));
    Files.write(plugins.resolve("empty.jar"), new byte[0]);
    Files.writeString(plugins.resolve("README.txt"), "not looked at");

    Plugins found = discover();
    assertThat(found.masking("good").jar()).isEqualTo("good.jar");
    assertThat(found.masking("response-only").jar()).isNotEqualTo("taken.jar");
    assertThat(found.broken())
        .extracting(BrokenPlugin::jar)
        .containsExactlyInAnyOrder(
            "badly-named.jar",
            "empty.jar",
            "future.jar",
            "needy.jar",
            "no-mask.jar",
            "no-provider.jar",
            "no-such-class.jar",
            "no-version.jar",
            "old.jar",
            "taken.jar",
            "text.jar",
            "throwing.jar",
            "too-new.jar",
            "truncated.jar");
    says(found, "badly-named.jar", "kebab-case", "'Badly Named'");
    says(found, "empty.jar", "damaged");
    says(found, "future.jar", "it was compiled for Java 55, and this is Java");
    says(found, "needy.jar", "it needs the class library.Gone");
    says(found, "no-mask.jar", "other.Lost$Config");
    says(found, "no-provider.jar", SERVICES, "received none");
    says(found, "no-such-class.jar", "other.NotThere");
    says(found, "no-version.jar", ApiVersion.ATTRIBUTE, "received 'latest'");
    says(found, "old.jar", "another version of Graft's plugin API", "configType");
    says(found, "taken.jar", "named 'response-only'", "remove one of them");
    says(found, "text.jar", "expected a jar");
    says(found, "throwing.jar", "no licence");
    says(found, "too-new.jar", "version 0.99 of Graft's plugin API", "this is version 0.1");
    says(found, "truncated.jar", "damaged");
  }

  private static void says(Plugins found, String jar, String... parts) {
    String sentence =
        found.broken().stream()
            .filter(b -> b.jar().equals(jar))
            .findFirst()
            .orElseThrow()
            .sentence();
    assertThat(sentence).contains("plugin in " + jar + " cannot be used: ").contains(parts);
    assertThat(sentence).doesNotContain("\n");
  }
}
