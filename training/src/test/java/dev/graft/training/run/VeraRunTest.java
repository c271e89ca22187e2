package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of an adapter whose sites share frozen tensors. */
class VeraRunTest {
  private static final String[] VERA = {
    "adapter={type: vera, r: 16, dropout: 0.1, target_modules: all-linear}",
    "backend.type=djl-pytorch",
    "learning_rate=1e-1",
    "max_steps=6"
  };

  private static final String TENSORS = "/adapter/adapter_model.safetensors";

  @TempDir private Path folder;

  private static String[] run(String... overrides) {
    return Stream.concat(Arrays.stream(VERA), Arrays.stream(overrides)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"djl-pytorch", "tensorflow"})
  void trainsFromTheBaseModelAndLeavesIt(String engine) {
    Workspace w = Workspace.create(folder);
    byte[] base = w.bytes("model/model.safetensors");
    RunSummary lora =
        w.train("backend.type=" + engine, "adapter.r=2", "max_steps=1", "output_dir=lora");
    RunSummary summary = w.train(run("backend.type=" + engine, "max_steps=16"));
    // Both start from the base model: what they add is zero.
    assertThat(summary.firstEvalLoss()).isEqualTo(lora.firstEvalLoss());
    assertThat(summary.lastEvalLoss().orElseThrow())
        .isLessThan(0.8 * summary.firstEvalLoss().orElseThrow());
    assertThat(w.bytes("model/model.safetensors")).isEqualTo(base);

    // Two vectors a site are trained; the shared matrices are not stepped.
    Safetensors checkpoint = Safetensors.open(w.path("run/checkpoint-16/trainables.safetensors"));
    assertThat(checkpoint.names()).filteredOn(n -> n.contains("vera_lambda")).hasSize(2 * 7 * 2);
    assertThat(Safetensors.open(w.path("run/checkpoint-16/optimizer.safetensors")).names())
        .hasSize(2 * 7 * 2 * 2)
        .allMatch(n -> n.contains("vera_lambda"));

    // The folder holds the pair of matrices once, as wide as the widest site.
    Safetensors saved = Safetensors.open(w.path("run" + TENSORS));
    assertThat(saved.names()).hasSize(2 * 7 * 2 + 2);
    assertThat(saved.shape("base_model.vera_A")).isEqualTo(Shape.of(16, 48));
    assertThat(saved.shape("base_model.vera_B")).isEqualTo(Shape.of(48, 16));
    AdapterFolder adapter =
        AdapterFolder.read(
            w.path("run/adapter"), List.of(Plugins.discover().adapter("vera").provider()));
    SavedAdapter bound = adapter.bind(ModelFolder.open(w.path("model")).model());
    assertThat(bound.parameters()).hasSize(2 * 7 * 2 + 2);
  }

  @Test
  void aStoppedRunGoesOnToTheSameNumbers() {
    Workspace w = Workspace.create(folder);
    w.train(run("output_dir=whole"));
    w.trainUntil(4, run("output_dir=broken"));
    w.train(run("output_dir=broken"));
    assertThat(w.metrics("broken")).isEqualTo(w.metrics("whole"));
    assertThat(w.bytes("broken" + TENSORS)).isEqualTo(w.bytes("whole" + TENSORS));
  }
}
