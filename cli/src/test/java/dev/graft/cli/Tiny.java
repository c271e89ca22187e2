package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterFolder;
import dev.graft.models.BoundParameter;
import dev.graft.models.ModelFolder;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Folders to run commands on: a small random model with a byte-level tokenizer, and an adapter. */
final class Tiny {
  static final String CONFIG =
      """
      {"model_type": "llama", "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 80,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
       "tie_word_embeddings": true, "initializer_range": 0.2, "vocab_size": 258}
      """;

  private Tiny() {}

  /** All engines on the class path, and no fewer than these. */
  static List<String> engines() {
    List<String> found = Plugins.discover().backends().stream().map(Plugin::name).toList();
    assertThat(found).contains("reference", "djl-pytorch", "tensorflow");
    return found;
  }

  static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model of 29,920 parameters in fp32. */
  static Path model(Path temp) {
    Path config = write(temp.resolve("tiny-config.json"), CONFIG);
    Path out = temp.resolve("model");
    Run.graft(
            "init-model",
            "--config",
            config,
            "--out",
            out,
            "--seed",
            3,
            "--tokenizer",
            "byte-level")
        .succeeds();
    return out;
  }

  /** A LoRA adapter of rank 4 on every linear layer, with random values everywhere. */
  static Path adapter(Path temp, Path model) {
    Plugin<AdapterProvider<?>> lora = Plugins.discover().adapter("lora");
    Adapter adapter = create(lora, lora.provider(), Map.of("r", 4, "target_modules", "all-linear"));
    AdapterBinding binding = AdapterBinding.bind(adapter, ModelFolder.open(model).model().sites());
    Map<String, HostTensor> values = new LinkedHashMap<>();
    for (BoundParameter p : binding.parameters()) {
      long site = Noise.site(p.variable());
      values.put(
          p.variable(),
          HostTensor.generate(
              DType.F32, p.spec().shape(), i -> 0.1 * Noise.normal(5, 0, 0, site, i)));
    }
    Path out = temp.resolve("adapter");
    AdapterFolder.write(out, binding, values, "tiny");
    return out;
  }

  private static <C extends Record> Adapter create(
      Plugin<?> plugin, AdapterProvider<C> provider, Map<String, Object> options) {
    return provider.create(Plugins.bind(plugin, options, provider.configType()));
  }
}
