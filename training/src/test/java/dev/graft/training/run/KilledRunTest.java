package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.models.files.Json;
import dev.graft.training.Engines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs in processes of their own that are killed, asked to end, or run out of disk. The number of
 * kills is the system property {@code graft.test.kills}, their seed {@code graft.test.seed}; {@code
 * graft.test.engine} names one engine, instead of all.
 */
final class KilledRunTest {
  /** The exit status of a process that SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private static final String[] OFTEN = {"num_epochs=4", "save_steps=1", "save_total_limit=2"};

  @TempDir Path folder;

  private static String[] with(String... more) {
    return Stream.concat(Stream.of(OFTEN), Stream.of(more)).toArray(String[]::new);
  }

  static Stream<String> engines() {
    String only = System.getProperty("graft.test.engine");
    return only == null ? Engines.all() : Stream.of(only);
  }

  /** Every second process is killed while it writes a checkpoint, the others at any moment. */
  @ParameterizedTest
  @MethodSource("engines")
  void runsThatAreKilledGoOnToTheSameNumbers(String name, TestReporter reporter) throws Exception {
    int kills = Integer.getInteger("graft.test.kills", 2);
    long seed = Long.getLong("graft.test.seed", 20250101L);
    String engine = "backend=" + name;
    Random random = new Random(seed);
    Workspace w = Workspace.create(folder);
    w.train(with(engine));
    int total = w.metrics("run").size();
    int tornCheckpoints = 0;
    int run = 0;
    int kill = 0;
    for (; kill < kills; run++) {
      String output = "killed" + run;
      boolean finished = false;
      while (kill < kills && !finished) {
        Process child = TrainChild.start(w, List.of(), with(engine, "output_dir=" + output));
        boolean torn = kill % 2 == 0;
        waitForProgress(w, output, child, random.nextInt(1 + total / 6));
        if (torn) {
          waitForCheckpointInTheMaking(w.path(output), child);
        } else {
          Thread.sleep(random.nextInt(60));
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        if (child.exitValue() != 0) {
          assertThat(child.exitValue()).as(log(w)).isEqualTo(KILLED);
          tornCheckpoints += temporaries(w.path(output)) > 0 ? 1 : 0;
          kill++;
        }
        // A process may be killed after the end of its run, or end before it is killed.
        finished = Files.exists(w.path(output + "/summary.json"));
      }
      if (!finished) {
        Process last = TrainChild.start(w, List.of(), with(engine, "output_dir=" + output));
        assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(last.exitValue()).as(log(w)).isZero();
      }
      assertThat(w.metrics(output)).as("seed %d, run %d", seed, run).isEqualTo(w.metrics("run"));
      String tensors = "/adapter/adapter_model.safetensors";
      assertThat(w.bytes(output + tensors)).isEqualTo(w.bytes("run" + tensors));
      assertThat(w.list(output)).noneMatch(n -> n.endsWith(".tmp"));
    }
    reporter.publishEntry(
        Map.of(
            "kills", String.valueOf(kill),
            "kills while a checkpoint was written", String.valueOf(tornCheckpoints),
            "runs", String.valueOf(run)));
    assertThat(tornCheckpoints).as("kills while a checkpoint was written").isPositive();
  }

  private static String log(Workspace w) {
    StringBuilder out = new StringBuilder();
    for (String name : List.of("error.txt", "child.log")) {
      if (Files.exists(w.path(name))) {
        out.append(new String(w.bytes(name), StandardCharsets.UTF_8)).append('\n');
      }
    }
    return out.toString();
  }

  /** Waits until a run has written so many more lines than it had. */
  private static void waitForProgress(Workspace w, String output, Process child, int lines)
      throws InterruptedException {
    Path metrics = w.path(output + "/metrics.jsonl");
    // A resumed run truncates its metrics first, so its own lines show only past the old end.
    long before = size(metrics);
    while (child.isAlive() && size(metrics) < before + 150L * lines + 1) {
      Thread.sleep(2);
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void waitForCheckpointInTheMaking(Path run, Process child) {
    while (child.isAlive() && temporaries(run) == 0) {
      Thread.onSpinWait();
    }
  }

  private static long temporaries(Path run) {
    try (Stream<Path> files = Files.list(run)) {
      return files.filter(f -> String.valueOf(f.getFileName()).startsWith(".checkpoint-")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRunThatIsAskedToEndWritesACheckpointFirst() throws Exception {
    Workspace w = Workspace.create(folder);
    String[] overrides = {"num_epochs=200", "save_steps=100000"};
    Process child = TrainChild.start(w, List.of(), overrides);
    waitForProgress(w, "run", child, 5);
    child.destroy();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(new String(w.bytes("error.txt"), StandardCharsets.UTF_8)).contains("[interrupted]");
    List<JsonNode> metrics = w.metrics("run");
    int last = metrics.get(metrics.size() - 1).get("step").asInt();
    assertThat(w.list("run")).contains("checkpoint-" + last);
  }

  /** The system refuses to let any file grow beyond a size: what a full disk does. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskLeavesNothingHalfWritten() throws Exception {
    Workspace w = Workspace.create(folder);
    w.train("output_dir=whole");
    String checkpoint =
        w.list("whole").stream().filter(n -> n.startsWith("checkpoint-")).findFirst().orElseThrow();
    long largest = size(w.path("whole/" + checkpoint + "/optimizer.safetensors"));
    long metrics = size(w.path("whole/metrics.jsonl"));
    long limit = largest / 2 / 1024;
    assertThat(limit * 1024).isGreaterThan(2 * metrics);
    List<String> limited = List.of("bash", "-c", "ulimit -f " + limit + "; exec \"$@\"", "bash");
    Process child = TrainChild.start(w, limited);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(log(w)).isEqualTo(1);
    assertThat(new String(w.bytes("error.txt"), StandardCharsets.UTF_8))
        .contains("[file.write]")
        .contains("safetensors")
        .contains("File too large");
    assertThat(w.list("run"))
        .containsExactlyInAnyOrder(
            ".lock", "manifest.json", "metrics.jsonl", "recipe.yaml", "tensorboard");
    for (String line : Files.readAllLines(w.path("run/metrics.jsonl"))) {
      assertThat(Json.mapper().readTree(line).isObject()).isTrue();
    }
    w.train();
    assertThat(w.metrics("run")).isEqualTo(w.metrics("whole"));
  }
}
