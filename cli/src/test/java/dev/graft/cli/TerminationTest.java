package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training process that is asked to end. */
final class TerminationTest {
  @TempDir Path temp;

  @Test
  void writesACheckpointTellsSoAndGoesOn() throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "there are no signals here");
    Tiny.model(temp);
    Tiny.write(temp.resolve("data.jsonl"), "{\"prompt\": \"p\", \"completion\": \"yes\"}\n");
    Path recipe =
        Tiny.write(
            temp.resolve("recipe.yaml"),
            """
            base_model: model
            datasets: [{path: data.jsonl, type: prompt-completion}]
            adapter: {type: lora, r: 2, target_modules: [q_proj]}
            masking: response-only
            backend: reference
            output_dir: run
            sequence_len: 8
            val_set_size: 0
            max_steps: 100000
            save_steps: 100000
            """);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.graft.cli.Main",
                "train",
                recipe.toString())
            .redirectErrorStream(true)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      for (; line != null && !line.startsWith("step 1/"); line = reader.readLine()) {
        lines.add(line);
      }
      assertThat(line).as("a first step; before it: %s", lines).isNotNull();
      process.toHandle().destroy(); // SIGTERM; Process.destroy would close the stream too
      for (line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } finally {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    assertThat(lines)
        .last()
        .asString()
        .startsWith("graft: the run was asked to stop after step ")
        .endsWith("run the same command to go on [interrupted]");
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(Files.readString(temp.resolve("run/manifest.json"))).contains("\"recipe\"");
    try (java.util.stream.Stream<Path> files = Files.list(temp.resolve("run"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .anyMatch(n -> n.startsWith("checkpoint-"))
          .doesNotContain("adapter");
    }
  }
}
