package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.SafetensorsWriter;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A folder with a tiny generated Llama, a little data and a recipe. */
final class Workspace {
  private static final String RECIPE =
      """
      base_model: model
      datasets:
        - {path: data.jsonl, type: prompt-completion}
      adapter: {type: lora, r: 4, alpha: 8, dropout: 0.1, target_modules: all-linear}
      masking: response-only
      backend: reference
      output_dir: run
      sequence_len: 24
      micro_batch_size: 2
      gradient_accumulation_steps: 2
      num_epochs: 2
      learning_rate: 1e-2
      warmup_steps: 2
      val_set_size: 4
      eval_steps: 4
      save_steps: 3
      seed: 5
      """;

  private final Path folder;

  private Workspace(Path folder) {
    this.folder = folder;
  }

  /** One that another process made. */
  static Workspace existing(Path folder) {
    return new Workspace(folder);
  }

  static Workspace create(Path folder) {
    return create(folder, ByteEncoder.VOCAB);
  }

  static Workspace create(Path folder, int vocabSize) {
    Workspace w = new Workspace(folder);
    w.fill(vocabSize);
    return w;
  }

  /** One with the small Llama of the fixtures. */
  static Workspace ofFixture(Path folder) {
    Workspace w = new Workspace(folder);
    w.fill();
    w.copy("llama/config.json", "model/config.json");
    w.copy("llama/model.safetensors", "model/model.safetensors");
    return w;
  }

  private void copy(String resource, String name) {
    try (InputStream in = Workspace.class.getResourceAsStream("/" + resource)) {
      Files.createDirectories(path(name).getParent());
      Files.copy(Objects.requireNonNull(in, resource), path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fill(int vocabSize) {
    fill();
    write("model/config.json", config(vocabSize));
    CausalLm model = ModelFolder.architecture(folder.resolve("model/config.json"));
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    model.weights().forEach(w -> weights.put(w.name(), weight(w)));
    SafetensorsWriter.write(folder.resolve("model/model.safetensors"), weights);
  }

  private void fill() {
    write("recipe.yaml", RECIPE);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 36; i++) {
      String word = "abcdefgh".substring(i % 5, i % 5 + 2 + i % 3);
      rows.append("{\"prompt\": \"" + word + ">\", \"completion\": \"" + word + word + "\"}\n");
    }
    write("data.jsonl", rows.toString());
  }

  private static String config(int vocabSize) {
    return String.format(
        Locale.ROOT,
        """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": %d,
         "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
         "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
         "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
         "hidden_act": "silu", "tie_word_embeddings": true, "attention_bias": false,
         "mlp_bias": false, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32"}
        """,
        vocabSize);
  }

  private static HostTensor weight(WeightSpec w) {
    Shape shape = w.shape();
    if (shape.rank() == 1) {
      return HostTensor.generate(DType.F32, shape, i -> 1);
    }
    long site = Noise.site(w.name());
    return HostTensor.generate(DType.F32, shape, i -> 0.15 * Noise.normal(3, 0, 0, site, i));
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  void write(String name, String text) {
    try {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Recipe recipe(String... overrides) {
    List<String> all = new ArrayList<>();
    for (String o : overrides) {
      // Overrides are relative to the working directory; those of a test to its workspace.
      boolean output = o.startsWith("output_dir=");
      all.add(output ? "output_dir=" + folder.resolve(o.substring(o.indexOf('=') + 1)) : o);
    }
    return RecipeFile.read(folder.resolve("recipe.yaml"), all);
  }

  static Trainer trainer() {
    return new Trainer(Plugins.discover(), new ByteEncoder());
  }

  RunSummary train(String... overrides) {
    return trainer().train(recipe(overrides), ExistingRun.RESUME, new TrainingListener() {});
  }

  /** Stops a run after a step, with a checkpoint. */
  void trainUntil(int step, String... overrides) {
    Trainer trainer = trainer();
    TrainingListener stop =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics m) {
            if (m.step() == step) {
              trainer.stop();
            }
          }
        };
    GraftException e =
        catchThrowableOfType(
            GraftException.class, () -> trainer.train(recipe(overrides), ExistingRun.RESUME, stop));
    assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED);
    assertThat(e).hasMessageContaining("after step " + step + " of");
  }

  /** The lines of a run's metrics without times. */
  List<JsonNode> metrics(String run) {
    List<JsonNode> out = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(path(run + "/metrics.jsonl"))) {
        ObjectNode node = (ObjectNode) Json.mapper().readTree(line);
        node.remove(List.of("seconds", "tokens_per_second", "time"));
        out.add(node);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  /** The losses of a run's steps and evaluations, in order. */
  double[] losses(String run) {
    return metrics(run).stream()
        .mapToDouble(m -> m.get(m.has("loss") ? "loss" : "eval_loss").doubleValue())
        .toArray();
  }

  /** The largest difference of two runs' losses, relative to the second's. */
  double largestDifference(String run, String other) {
    double[] a = losses(run);
    double[] b = losses(other);
    assertThat(a).hasSameSizeAs(b).isNotEmpty();
    double out = 0;
    for (int i = 0; i < a.length; i++) {
      out = Math.max(out, Math.abs(a[i] - b[i]) / b[i]);
    }
    return out;
  }

  byte[] bytes(String name) {
    try {
      return Files.readAllBytes(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names in a folder, sorted. */
  List<String> list(String name) {
    try (var files = Files.list(path(name))) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
