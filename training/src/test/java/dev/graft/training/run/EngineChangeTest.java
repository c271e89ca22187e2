package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that changes its engine on the way gives the numbers of one that does not. */
final class EngineChangeTest {
  /** Relative: of losses, and of an adapter's tensors in the L2 norm. */
  private static final double TOLERANCE = 1e-4;

  private static final String TENSORS = "/adapter/adapter_model.safetensors";

  @TempDir Path folder;

  private static String on(String engine) {
    return "backend={type: " + engine + "}";
  }

  /** The largest relative distance of two adapters' tensors. */
  private static double distance(Workspace w, String run, String other) {
    Safetensors a = Safetensors.open(w.path(run + TENSORS));
    Safetensors b = Safetensors.open(w.path(other + TENSORS));
    assertThat(a.names()).isNotEmpty().isEqualTo(b.names());
    return a.names().stream().mapToDouble(n -> distance(a.tensor(n), b.tensor(n))).max().orElse(1);
  }

  private static double distance(HostTensor a, HostTensor b) {
    double difference = 0;
    double norm = 0;
    for (long i = 0; i < a.shape().size(); i++) {
      difference += Math.pow(a.get(i) - b.get(i), 2);
      norm += Math.pow(b.get(i), 2);
    }
    return Math.sqrt(difference / norm);
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#pairs")
  void aRunGoesOnOnAnotherEngine(String first, String second) {
    Workspace w = Workspace.ofFixture(folder);
    w.train(on(first));
    w.trainUntil(5, on(first), "output_dir=changed");
    w.train(on(second), "output_dir=changed");
    assertThat(w.largestDifference("changed", "run")).isLessThan(TOLERANCE);
    assertThat(distance(w, "changed", "run")).isLessThan(TOLERANCE);

    JsonNode manifest = Json.object(w.path("changed/manifest.json"));
    assertThat(engines(w)).containsExactly("1 " + first, "6 " + second);
    assertThat(manifest.at("/engines/1/device").asText()).isNotBlank();
    assertThat(manifest.at("/engines/1/version").asText()).isNotBlank();
    assertThat(manifest.at("/recipe/backend/type").asText()).isEqualTo(first);
  }

  private static List<String> engines(Workspace w) {
    List<String> out = new ArrayList<>();
    for (JsonNode e : Json.object(w.path("changed/manifest.json")).get("engines")) {
      out.add(e.get("from_step").asInt() + " " + e.at("/backend/type").asText());
    }
    return out;
  }

  @Test
  void stepsThatAreDoneAgainCountForTheEngineThatDoesThemAgain() throws IOException {
    Workspace w = Workspace.create(folder);
    String[] reference = {on("reference"), "output_dir=changed", "save_total_limit=9"};
    String[] pytorch = {on("djl-pytorch"), "output_dir=changed", "save_total_limit=9"};
    w.trainUntil(2, pytorch);
    w.trainUntil(4, reference);
    w.trainUntil(5, pytorch);
    assertThat(engines(w)).containsExactly("1 djl-pytorch", "3 reference", "5 djl-pytorch");
    damage(w, 5);
    damage(w, 4);
    damage(w, 3);
    w.trainUntil(4, pytorch);
    assertThat(engines(w)).containsExactly("1 djl-pytorch");
    damage(w, 4);
    damage(w, 3);
    damage(w, 2);
    w.train(reference);
    assertThat(engines(w)).containsExactly("1 reference");
    w.train(on("reference"), "save_total_limit=9");
    assertThat(w.metrics("changed")).isEqualTo(w.metrics("run"));
    assertThat(w.bytes("changed" + TENSORS)).isEqualTo(w.bytes("run" + TENSORS));
  }

  private static void damage(Workspace w, int checkpoint) throws IOException {
    Files.delete(w.path("changed/checkpoint-" + checkpoint + "/state.json"));
  }

  @Test
  void aRunGoesOnInItsOwnDtypeOnly() {
    Workspace w = Workspace.create(folder);
    w.trainUntil(2, on("djl-pytorch"));
    List<JsonNode> before = w.metrics("run");
    byte[] manifest = w.bytes("run/manifest.json");
    for (String engine : List.of("djl-pytorch", "reference")) {
      GraftException e =
          catchThrowableOfType(
              GraftException.class, () -> w.train(on(engine), "backend.dtype=bf16"));
      assertThat(e.code()).isEqualTo(ErrorCode.RESUME_MISMATCH);
      assertThat(e).hasMessageContaining(": backend.dtype (was fp32, is bf16). Restore");
    }
    assertThat(w.metrics("run")).isEqualTo(before);
    assertThat(w.bytes("run/manifest.json")).isEqualTo(manifest);
  }

  @Test
  void otherThreadsAreRecorded() {
    Workspace w = Workspace.create(folder);
    for (int step = 2; step <= 4; step++) {
      int threads = step / 4 + 1;
      w.trainUntil(step, on("djl-pytorch"), "backend.threads=" + threads, "output_dir=changed");
    }
    JsonNode manifest = Json.object(w.path("changed/manifest.json"));
    assertThat(engines(w)).containsExactly("1 djl-pytorch", "4 djl-pytorch");
    assertThat(manifest.at("/engines/0/backend/threads").asInt()).isEqualTo(1);
    assertThat(manifest.at("/engines/1/backend/threads").asInt()).isEqualTo(2);
  }
}
