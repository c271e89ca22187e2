package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.ApiVersion;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example plugins and a new one, built as their authors build them: by themselves, against the
 * jars of Graft in a Maven repository that has nothing else of Graft. Then all are used together.
 */
final class PluginProjectsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir static Path folder;

  private static Path plugins = Path.of("");
  private static Path repository = Path.of("");

  @BeforeAll
  static void build() throws IOException {
    repository = folder.resolve("repository");
    for (String module : List.of("api", "graph", "engine-reference", "testkit")) {
      install(module);
    }
    Path parent = repository.resolve("dev/graft/graft-parent").resolve(version());
    Files.createDirectories(parent);
    Files.copy(ROOT.resolve("pom.xml"), parent.resolve("graft-parent-" + version() + ".pom"));
    plugins = Files.createDirectories(folder.resolve("plugins"));
    for (String kind : List.of("adapter", "mask", "engine")) {
      Path project = folder.resolve("plugin-" + kind);
      Examples.copy("plugin-" + kind, project);
      maven(project);
      deploy(project);
    }
    Path made = folder.resolve("made");
    Run.graft("new-plugin", "mask", "my-tail", "--package", "org.acme.masks", "--out", made)
        .succeeds();
    maven(made);
    deploy(made);
  }

  private static String version() {
    return Version.graft();
  }

  private static void install(String module) throws IOException {
    String artifact = "graft-" + module;
    Path target = repository.resolve("dev/graft").resolve(artifact).resolve(version());
    Files.createDirectories(target);
    String file = artifact + "-" + version();
    Files.copy(ROOT.resolve(module).resolve("pom.xml"), target.resolve(file + ".pom"));
    Files.copy(
        ROOT.resolve(module).resolve("target").resolve(file + ".jar"),
        target.resolve(file + ".jar"));
  }

  private static void maven(Path project) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("graft.test.maven"), "bin", "mvn").toString(),
                  "--batch-mode",
                  "--quiet",
                  System.getProperty("graft.test.offline", "").endsWith("true")
                      ? "--offline"
                      : "--no-transfer-progress",
                  "-Dmaven.repo.local=" + repository,
                  "-Dmaven.repo.local.tail=" + System.getProperty("graft.test.repository"),
                  "-Dmaven.repo.local.tail.ignoreAvailability=true",
                  "verify")
              .directory(project.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(project + ": " + output).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void deploy(Path project) throws IOException {
    try (Stream<Path> files = Files.list(project.resolve("target"))) {
      for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
        try (JarFile read = new JarFile(jar.toFile())) {
          assertThat(read.getManifest().getMainAttributes().getValue(ApiVersion.ATTRIBUTE))
              .isEqualTo(version());
          assertThat(read.stream().map(e -> e.getName()))
              .noneMatch(n -> n.startsWith("dev/graft/api"));
        }
        Files.copy(jar, plugins.resolve(String.valueOf(jar.getFileName())));
      }
    }
  }

  @Test
  void allAreFoundWithTheirVersionsAndJars() {
    assertThat(Run.graft("plugins", "--plugins", plugins).succeeds().out())
        .contains(
            "adapter row-scale (1.0.0, graft-row-scale-1.0.0.jar)",
            "masking response-tail (1.0.0, graft-response-tail-1.0.0.jar)",
            "masking my-tail (1.0.0, graft-my-tail-1.0.0.jar)",
            "backend timed-reference (1.0.0, graft-timed-reference-1.0.0.jar)");
  }

  @Test
  void theyTrainSaveLoadAndMergeTogether() throws IOException {
    Path run = folder.resolve("run");
    Run.graft(
            List.of(plugins),
            "train",
            ROOT.resolve("examples/tiny/recipe.yaml"),
            "--set",
            "adapter={type: row-scale, target_modules: all-linear}",
            "--set",
            "masking={type: my-tail, share: 0.5}",
            "--engine",
            "timed-reference",
            "--set",
            "max_steps=2",
            "--set",
            "output_dir=" + run)
        .succeeds();
    String manifest = Files.readString(run.resolve("manifest.json"));
    assertThat(manifest)
        .contains("graft-row-scale-1.0.0.jar", "graft-my-tail-1.0.0.jar", "timed-reference");
    Path model = ROOT.resolve("examples/tiny/model");
    Path adapter = run.resolve("adapter");
    assertThat(Files.readString(adapter.resolve("adapter_config.json"))).contains("ROW_SCALE");
    Path merged = folder.resolve("merged");
    Run.graft(List.of(plugins), "merge", "--model", model, "--adapter", adapter, "--out", merged)
        .succeeds();
    String adapted =
        Run.graft(
                List.of(plugins),
                "generate",
                "--model",
                model,
                "--adapter",
                adapter,
                "--max-tokens",
                "8",
                "Once")
            .succeeds()
            .out();
    assertThat(
            Run.graft("generate", "--model", merged, "--max-tokens", "8", "Once").succeeds().out())
        .isEqualTo(adapted);
    // Without the plugin its folder is refused.
    assertThat(
            Run.graft("generate", "--model", model, "--adapter", adapter, "Once")
                .failsWith(ErrorCode.ADAPTER_UNSUPPORTED))
        .contains("ROW_SCALE");
  }

  @Test
  void aStudyVariesThem() throws IOException {
    Path study =
        Files.writeString(
            folder.resolve("study.yaml"),
            """
            study: plugins
            title: plugins
            question: plugins?
            world: {people: 6, documents: 10, tasks: 10, held_out: 4, pairs: 2}
            recipe:
              base_model: MODEL
              datasets: [{path: "${world}/maths-train.jsonl", type: alpaca}]
              adapter: {type: row-scale, target_modules: all-linear}
              masking: response-tail
              sequence_len: 512
              max_steps: 1
              val_set_size: 0
            measures:
              loss: {type: loss, path: "${world}/maths-held-out.jsonl", role: response, limit: 2}
            factors:
              mask:
                tail: {}
                mine: {recipe.masking: my-tail}
            scopes:
              default: {seeds: 1}
            """
                .replace("MODEL", ROOT.resolve("examples/tiny/model").toString()));
    Run run =
        Run.graft(
                List.of(plugins),
                "study",
                "run",
                study,
                "--engine",
                "timed-reference",
                "--out",
                folder.resolve("study"))
            .succeeds();
    assertThat(run.out()).contains("tail", "mine").doesNotContain("failed");
  }

  @Test
  void refusesAWrongNameAndAFolderThatIsNotFree() {
    Map.of("My", "lower case", "a_b", "lower case")
        .forEach(
            (name, expected) ->
                assertThat(
                        Run.graft("new-plugin", "mask", name, "--out", folder.resolve("x"))
                            .failsWith(ErrorCode.USAGE))
                    .contains(expected, "'" + name + "'"));
    assertThat(
            Run.graft("new-plugin", "mask", "fine", "--out", folder.resolve("made"))
                .failsWith(ErrorCode.USAGE))
        .contains("made");
  }
}
