package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
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

/** Whole runs of LoRAs that start from a part of the weight. */
class SplitLoraRunTest {
  private static final String[] COMMON = {
    "adapter.dropout=0", "backend.type=djl-pytorch", "max_steps=6"
  };

  @TempDir private Path folder;

  private static String[] run(String... overrides) {
    return Stream.concat(Arrays.stream(COMMON), Arrays.stream(overrides)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pissa", "olora"})
  void startFromTheBaseModelAndLeaveIt(String init) {
    Workspace w = Workspace.create(folder);
    byte[] base = w.bytes("model/model.safetensors");
    RunSummary plain = w.train(run("output_dir=plain"));
    RunSummary split = w.train(run("adapter.init=" + init, "max_steps=16"));
    // To the last bit: B − B₀ and A − A₀ are zero.
    assertThat(split.firstEvalLoss()).isEqualTo(plain.firstEvalLoss());
    assertThat(split.lastEvalLoss().orElseThrow())
        .isLessThan(0.8 * split.firstEvalLoss().orElseThrow());
    assertThat(w.bytes("model/model.safetensors")).isEqualTo(base);

    Safetensors checkpoint = Safetensors.open(w.path("run/checkpoint-16/trainables.safetensors"));
    assertThat(checkpoint.names()).hasSize(2 * 7 * 4);
    assertThat(Safetensors.open(w.path("run/checkpoint-16/optimizer.safetensors")).names())
        .hasSize(2 * 7 * 2 * 2);
    // Trained and kept have drifted apart.
    String q = "adapter.model.layers.0.self_attn.q_proj.";
    assertThat(checkpoint.tensor(q + "lora_A").toFloats())
        .isNotEqualTo(checkpoint.tensor(q + "lora_A0").toFloats());
    w.train(run("adapter.init=" + init, "max_steps=1", "output_dir=short"));
    Safetensors first = Safetensors.open(w.path("short/checkpoint-1/trainables.safetensors"));
    for (String name : checkpoint.names()) {
      if (name.endsWith("0")) {
        assertThat(checkpoint.tensor(name).toFloats()).isEqualTo(first.tensor(name).toFloats());
      }
    }

    Safetensors saved = Safetensors.open(w.path("run/adapter/adapter_model.safetensors"));
    assertThat(saved.shape("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"))
        .isEqualTo(Shape.of(8, 32));
    AdapterFolder adapter =
        AdapterFolder.read(
            w.path("run/adapter"), List.of(Plugins.discover().adapter("lora").provider()));
    assertThat(adapter.bind(ModelFolder.open(w.path("model")).model()).parameters())
        .hasSize(2 * 7 * 2);
  }

  @Test
  void aStoppedRunGoesOnToTheSameNumbers() {
    Workspace w = Workspace.create(folder);
    w.train(run("adapter.init=pissa", "output_dir=whole"));
    w.trainUntil(4, run("adapter.init=pissa", "output_dir=broken"));
    w.train(run("adapter.init=pissa", "output_dir=broken"));
    assertThat(w.metrics("broken")).isEqualTo(w.metrics("whole"));
    String tensors = "/adapter/adapter_model.safetensors";
    assertThat(w.bytes("broken" + tensors)).isEqualTo(w.bytes("whole" + tensors));
  }

  /** LoRA+: another rate of B is another run, from the same start. */
  @Test
  void loraPlusTrainsBFaster() {
    Workspace w = Workspace.create(folder);
    RunSummary plain = w.train(run("output_dir=plain", "max_steps=1", "warmup_steps=0"));
    RunSummary plus = w.train(run("max_steps=1", "warmup_steps=0", "adapter.loraplus_lr_ratio=4"));
    assertThat(plus.firstEvalLoss()).isEqualTo(plain.firstEvalLoss());
    String a = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    String b = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
    Safetensors slow = Safetensors.open(w.path("plain/adapter/adapter_model.safetensors"));
    Safetensors fast = Safetensors.open(w.path("run/adapter/adapter_model.safetensors"));
    assertThat(fast.tensor(a).toFloats()).isEqualTo(slow.tensor(a).toFloats());
    double[] slowB = slow.tensor(b).toDoubles();
    double[] fastB = fast.tensor(b).toDoubles();
    for (int i = 0; i < slowB.length; i++) {
      // B starts at zero, and the first step is the rate times the gradient's direction.
      assertThat(fastB[i]).isCloseTo(4 * slowB[i], within(1e-6));
    }
  }
}
