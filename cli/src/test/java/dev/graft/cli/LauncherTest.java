package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script that starts Graft. It is copied beside a stand-in for the built jar. */
final class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "graft").toAbsolutePath().normalize();

  @TempDir Path temp;

  @BeforeEach
  void needsAShell() {
    assumeTrue(File.separatorChar == '/', "the launcher is a shell script; there is no sh here");
  }

  private record Outcome(int status, String output) {}

  private Outcome run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(temp.toFile());
    builder.environment().remove("GRAFT_OPTS");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home", ""));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }

  /** A checkout with spaces in its path, whose java says how it was called. */
  private Path checkout() throws IOException {
    Path root = Files.createDirectories(temp.resolve("a check out"));
    Files.copy(LAUNCHER, root.resolve("graft"));
    assertThat(root.resolve("graft").toFile().setExecutable(true)).isTrue();
    Files.createDirectories(root.resolve("api/src/main"));
    Files.createDirectories(root.resolve("cli/target"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("api/pom.xml"), "");
    Files.writeString(root.resolve("cli/target/graft-cli.jar"), "");
    return root;
  }

  private Path java(String version, String script) throws IOException {
    Path home = Files.createDirectories(temp.resolve("a jdk/bin")).getParent();
    assertThat(home).isNotNull();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    for (String tool : List.of("java", "javac")) {
      Path file = home.resolve("bin").resolve(tool);
      Files.writeString(file, "#!/bin/sh\n" + script);
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    return home;
  }

  @Test
  void isAShellScript() throws IOException, InterruptedException {
    assertThat(run(Map.of(), "sh", "-n", LAUNCHER.toString())).isEqualTo(new Outcome(0, ""));
  }

  @Test
  void passesArgumentsSettingsAndExitStatusThroughLinks() throws IOException, InterruptedException {
    Path root = checkout();
    Path home =
        java(
            "21.0.1",
            """
            printf '%s\\n' "$OMP_WAIT_POLICY" "$GOMP_SPINCOUNT" "$OPT_OUT_TRACKING" "$PWD" "$@"
            exit 7
            """);
    Path link = Files.createSymbolicLink(temp.resolve("first"), Path.of("a check out/graft"));
    Path second = Files.createSymbolicLink(temp.resolve("second"), link);
    Outcome outcome =
        run(
            Map.of("JAVA_HOME", home.toString(), "GRAFT_OPTS", "-Xmx1g -Dx=y"),
            second.toString(),
            "score",
            "two words",
            "");
    List<String> lines = outcome.output().lines().toList();
    assertThat(outcome.status()).isEqualTo(7);
    assertThat(lines.subList(0, 4))
        .containsExactly("passive", "10000", "true", temp.toRealPath().toString());
    assertThat(lines)
        .contains("-Xmx1g", "-Dx=y", "-Dai.djl.offline=true")
        .endsWith(
            "-jar",
            root.toRealPath().resolve("cli/target/graft-cli.jar").toString(),
            "score",
            "two words",
            "");
  }

  @Test
  void buildsWhenASourceIsNewerThanTheJar() throws IOException, InterruptedException {
    Path root = checkout();
    Path home = java("17.0.1", "echo ran");
    Path wrapper = root.resolve("mvnw");
    Files.writeString(
        wrapper,
        "#!/bin/sh\necho \"$@\" >>\"$0.calls\"\ntouch \"$(dirname \"$0\")/cli/target/graft-cli.jar\"\n");
    assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    Path jar = root.resolve("cli/target/graft-cli.jar");
    Path source = root.resolve("api/src/main/A.java");
    Files.writeString(source, "");
    List<String> outputs = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (long jarAge : new long[] {60_000, -60_000}) {
      assertThat(jar.toFile().setLastModified(now - jarAge)).isTrue();
      Outcome outcome = run(Map.of("JAVA_HOME", home.toString()), root + "/graft");
      assertThat(outcome.status()).isZero();
      outputs.add(outcome.output());
    }
    assertThat(outputs.get(0)).contains("building Graft").endsWith("ran\n");
    assertThat(outputs.get(1)).isEqualTo("ran\n");
    assertThat(root.resolve("mvnw.calls"))
        .content()
        .contains("-pl cli -am", "package")
        .hasLineCount(1);
  }

  @Test
  void saysWhenTheBuildFails() throws IOException, InterruptedException {
    Path root = checkout();
    Files.delete(root.resolve("cli/target/graft-cli.jar"));
    Path wrapper = root.resolve("mvnw");
    Files.writeString(wrapper, "#!/bin/sh\necho no network\nexit 1\n");
    assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    Path home = java("17.0.1", "echo ran");
    Outcome outcome = run(Map.of("JAVA_HOME", home.toString()), root + "/graft");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.output())
        .contains("no network", "graft: the build failed")
        .doesNotContain("ran\n");
  }

  @Test
  void saysWhenJavaIsTooOldOrMissing() throws IOException, InterruptedException {
    Path root = checkout();
    Path old = java("11.0.2", "echo ran");
    Outcome outcome = run(Map.of("JAVA_HOME", old.toString()), root + "/graft");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.output())
        .isEqualTo(
            "graft: '"
                + old
                + "/bin/java' is Java 11.0.2; Graft needs a JDK 17 or newer. Set JAVA_HOME to"
                + " one.\n");
    Outcome none = run(Map.of("JAVA_HOME", temp + "/none"), root + "/graft");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.output()).contains("JAVA_HOME is", "which has no bin/java");
  }

  @Test
  void runsTheRealThingWhereItIsBuilt() throws IOException, InterruptedException {
    Path jar = Path.of("target", "graft-cli.jar");
    assumeTrue(Files.exists(jar), "graft-cli.jar is not built yet: run the launcher or package");
    Outcome outcome =
        run(
            Map.of(),
            Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
            "-jar",
            jar.toAbsolutePath().toString(),
            "--version");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.output()).startsWith("graft ");
  }
}
