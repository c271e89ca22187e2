package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** Plugins of a third party, compiled for a test. */
final class PluginFolder {
  private PluginFolder() {}

  /**
   * A folder of classes that offers providers, some of which may not be there.
   *
   * @param provider the interface of the providers
   */
  static Path compile(
      Path at, Class<?> provider, String className, String source, String... offered)
      throws IOException {
    Path services = Files.createDirectories(at.resolve("META-INF/services"));
    Path file = at.resolve(className + ".java");
    Files.writeString(file, source);
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
                at.toString(),
                file.toString());
    assertThat(status).isZero();
    Files.write(services.resolve(provider.getName()), List.of(offered));
    return at;
  }
}
