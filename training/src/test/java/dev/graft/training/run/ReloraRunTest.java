package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs whose adapter is merged into the weights and starts anew (ReLoRA and ReMoRA). */
class ReloraRunTest {
  private static final String Q = "model.layers.0.self_attn.q_proj";

  private static final String[] COMMON = {
    "adapter.dropout=0",
    "backend.type=djl-pytorch",
    "max_steps=10",
    "relora_steps=4",
    "relora_warmup_steps=0",
    "lr_scheduler=constant-with-warmup",
    "warmup_steps=0"
  };

  @TempDir private Path folder;

  private static String[] run(String... overrides) {
    return Stream.concat(Arrays.stream(COMMON), Arrays.stream(overrides)).toArray(String[]::new);
  }

  static Stream<String> engines() {
    return dev.graft.training.Engines.all();
  }

  /** A merge changes no value: only the step after the next sees that it was there. */
  @ParameterizedTest
  @MethodSource("engines")
  void aMergeLeavesWhatTheModelComputes(String engine) {
    Workspace w = Workspace.create(folder);
    w.train(run("backend.type=" + engine, "eval_steps=100"));
    String[] plain = {
      "adapter.dropout=0",
      "backend.type=" + engine,
      "max_steps=10",
      "output_dir=plain",
      "lr_scheduler=constant-with-warmup",
      "warmup_steps=0",
      "eval_steps=100"
    };
    w.train(plain);
    double[] merged = w.losses("run");
    double[] unmerged = w.losses("plain");
    // The evaluation before the first step, then steps 1 to 5.
    for (int i = 0; i <= 5; i++) {
      assertThat(merged[i]).isCloseTo(unmerged[i], within(1e-5 * unmerged[i]));
    }
    assertThat(merged[6]).isNotCloseTo(unmerged[6], within(1e-4 * unmerged[6]));
  }

  /** The first update of a new state has the size of the rate, whatever the gradient. */
  @Test
  void theOptimizerStartsAnewWithTheAdapter() {
    Workspace w = Workspace.create(folder);
    w.train(run("max_steps=9", "save_steps=1", "save_total_limit=9", "max_grad_norm=0"));
    double[] b =
        Safetensors.open(w.path("run/checkpoint-9/trainables.safetensors"))
            .tensor("adapter." + Q + ".lora_B")
            .toDoubles();
    assertThat(Arrays.stream(b).map(Math::abs).filter(x -> Math.abs(x - 1e-2) < 1e-4).count())
        .isGreaterThan(b.length * 9L / 10);
    double[] before =
        Safetensors.open(w.path("run/checkpoint-4/trainables.safetensors"))
            .tensor("adapter." + Q + ".lora_A")
            .toDoubles();
    double[] after =
        Safetensors.open(w.path("run/checkpoint-5/trainables.safetensors"))
            .tensor("adapter." + Q + ".lora_A")
            .toDoubles();
    assertThat(after).as("A is drawn anew").isNotEqualTo(before);
    assertThat(distance(after, before)).isGreaterThan(0.1);
    assertThat(w.list("run/checkpoint-4")).doesNotContain("merged.safetensors");
    assertThat(w.list("run/checkpoint-5")).contains("merged.safetensors");
  }

  private static double distance(double[] a, double[] b) {
    double out = 0;
    for (int i = 0; i < a.length; i++) {
      out = Math.max(out, Math.abs(a[i] - b[i]));
    }
    return out;
  }

  /** Stopped before a merge, right before it, right after it, and after two. */
  @ParameterizedTest
  @CsvSource({
    "3, fp32, {type: lora}",
    "4, fp32, {type: lora}",
    "5, fp32, {type: dora}",
    "9, fp32, '{type: mora, mora_type: 1}'",
    "6, bf16, {type: lora}",
    "6, fp32, '{type: lora, init: pissa}'"
  })
  void aRunStoppedAnywhereGoesOnToTheSameNumbers(int step, String dtype, String adapter) {
    Workspace w = Workspace.create(folder);
    String block = adapter.replace("}", ", target_modules: all-linear, r: 4}");
    List<String> all = new ArrayList<>(Arrays.asList(run("backend.dtype=" + dtype)));
    all.remove("adapter.dropout=0");
    all.add("adapter=" + block);
    all.add("output_dir=whole");
    w.train(all.toArray(String[]::new));
    all.set(all.size() - 1, "output_dir=broken");
    w.trainUntil(step, all.toArray(String[]::new));
    w.train(all.toArray(String[]::new));
    assertThat(w.metrics("broken")).isEqualTo(w.metrics("whole"));
    assertThat(w.bytes("broken/model/model.safetensors"))
        .isEqualTo(w.bytes("whole/model/model.safetensors"));
  }

  /** The model that is written is the one that was evaluated last, and the base model stays. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: lora}",
        "{type: mora, mora_type: 1}",
        "{type: dora}",
        "{type: vera, r: 8}"
      })
  void theModelThatIsWrittenIsTheTrainedOne(String adapter) {
    Workspace w = Workspace.create(folder);
    byte[] base = w.bytes("model/model.safetensors");
    String block = adapter.replace("}", ", target_modules: all-linear}");
    List<String> all = new ArrayList<>(Arrays.asList(run("adapter=" + block)));
    all.remove("adapter.dropout=0");
    RunSummary trained = w.train(all.toArray(String[]::new));
    assertThat(trained.result()).isEqualTo(w.path("run/model"));
    assertThat(w.bytes("model/model.safetensors")).isEqualTo(base);
    assertThat(trained.lastEvalLoss().orElseThrow())
        .isNotEqualTo(trained.firstEvalLoss().orElseThrow());
    RunSummary again =
        w.train(
            "base_model=" + w.path("run/model"),
            "backend.type=djl-pytorch",
            "max_steps=1",
            "output_dir=again");
    double loss = trained.lastEvalLoss().orElseThrow();
    assertThat(again.firstEvalLoss().orElseThrow()).isCloseTo(loss, within(1e-5 * loss));
  }

  /** Two merges and an adapter: the change has three times the rank of one. */
  @Test
  void mergesAddUpToAHigherRank() {
    Workspace w = Workspace.create(folder);
    w.train(run("adapter.r=2"));
    double[] before =
        Safetensors.open(w.path("model/model.safetensors")).tensor(Q + ".weight").toDoubles();
    double[] after =
        Safetensors.open(w.path("run/model/model.safetensors")).tensor(Q + ".weight").toDoubles();
    double[][] change = new double[32][32];
    for (int i = 0; i < 32 * 32; i++) {
      change[i / 32][i % 32] = after[i] - before[i];
    }
    assertThat(rank(change)).isEqualTo(6);
  }

  /** By elimination; what f32 rounds is far below the threshold. */
  private static int rank(double[][] a) {
    int rank = 0;
    for (int step = 0; step < a.length; step++) {
      int row = rank;
      int column = 0;
      for (int i = rank; i < a.length; i++) {
        for (int j = 0; j < a.length; j++) {
          if (Math.abs(a[i][j]) > Math.abs(a[row][column])) {
            row = i;
            column = j;
          }
        }
      }
      if (Math.abs(a[row][column]) < 2e-5) {
        return rank;
      }
      double[] pivot = a[row];
      a[row] = a[rank];
      a[rank] = pivot;
      for (int i = rank + 1; i < a.length; i++) {
        double factor = a[i][column] / pivot[column];
        for (int j = 0; j < a.length; j++) {
          a[i][j] -= factor * pivot[j];
        }
        a[i][column] = 0;
      }
      rank++;
    }
    return rank;
  }

  /** In bf16 the merged weights are kept in f32, and the passes see them rounded. */
  @Test
  void mergedWeightsAreKeptInF32() {
    Workspace w = Workspace.create(folder);
    w.train(run("backend.dtype=bf16"));
    Safetensors merged = Safetensors.open(w.path("run/checkpoint-10/merged.safetensors"));
    assertThat(merged.names()).hasSize(2 * 7).contains(Q + ".weight");
    double[] kept = merged.tensor(Q + ".weight").toDoubles();
    double[] rounded = merged.tensor(Q + ".weight").cast(DType.BF16).toDoubles();
    assertThat(merged.dtype(Q + ".weight")).isEqualTo(DType.F32);
    assertThat(kept).isNotEqualTo(rounded);
  }

  @Test
  void moraGoesThroughItsGroupings() {
    Workspace w = Workspace.create(folder);
    PreparedRun prepared =
        Workspace.trainer()
            .prepare(
                w.recipe(
                    "adapter={type: mora, mora_type: 1}",
                    "max_steps=10",
                    "relora_steps=2",
                    "relora_warmup_steps=0"));
    List<Object> types = new ArrayList<>();
    for (int merges = 0; merges < 6; merges++) {
      types.add(
          prepared
              .phase(merges)
              .trained()
              .adapter()
              .orElseThrow()
              .adapter()
              .savedConfig()
              .get("mora_type"));
    }
    assertThat(types).containsExactly(1, 2, 3, 4, 1, 2);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void enginesAgree(String engine) {
    Workspace w = Workspace.create(folder);
    String[] mora = {
      "adapter={type: mora, mora_type: 1, target_modules: all-linear}",
      "max_steps=10",
      "relora_steps=2",
      "relora_warmup_steps=1",
      "learning_rate=1e-3"
    };
    w.train(
        Stream.concat(Arrays.stream(mora), Stream.of("output_dir=oracle")).toArray(String[]::new));
    w.train(
        Stream.concat(Arrays.stream(mora), Stream.of("backend.type=" + engine))
            .toArray(String[]::new));
    assertThat(w.largestDifference("run", "oracle")).isLessThan(1e-4);
  }

  /** The rate after a merge rises from 0 to the schedule's. */
  @Test
  void theLearningRateComesBack() {
    Workspace w = Workspace.create(folder);
    w.train(run("relora_warmup_steps=2"));
    List<Double> rates =
        w.metrics("run").stream()
            .filter(m -> m.has("lr"))
            .map(m -> m.get("lr").asDouble())
            .toList();
    assertThat(rates).containsExactly(1e-2, 1e-2, 1e-2, 1e-2, 0.0, 5e-3, 1e-2, 1e-2, 0.0, 5e-3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adapter=full | an adapter with relora_steps",
        "optimizer=schedule-free-adamw | adamw or sgd with relora_steps",
        "relora_steps=10 | relora_steps below the run's 10 steps",
        "adapter.target_modules=[embed_tokens] | one weight for its embedding and its head",
        "relora_warmup_steps=4 | from 0 to less than relora_steps"
      })
  void whatCannotBeMergedIsRefused(String override, String problem) {
    Workspace w = Workspace.create(folder);
    List<String> all = new ArrayList<>(Arrays.asList(run(override)));
    if (override.equals("adapter=full")) {
      all.remove("adapter.dropout=0");
    }
    assertThatThrownBy(
            () ->
                PreparedRun.of(
                    Plugins.discover(), w.recipe(all.toArray(String[]::new)), new ByteEncoder()))
        .isInstanceOf(GraftException.class)
        .hasMessageContaining(problem);
  }
}
