package dev.graft.benchmarks;

import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Llama of random weights.
 *
 * @param vocabulary number of tokens
 * @param hidden width
 * @param intermediate width of the MLP
 * @param heads of queries
 * @param kvHeads of keys and values
 * @param headDim width of a head
 */
record ModelShape(
    int vocabulary, int hidden, int intermediate, int layers, int heads, int kvHeads, int headDim) {

  /** SmolLM2-135M with so many of its 30 layers. */
  static ModelShape smolLm2(int layers) {
    return new ModelShape(49_152, 576, 1536, layers, 9, 3, 64);
  }

  /** A small model with a large vocabulary: most of it is the embedding. */
  static ModelShape wideVocabulary() {
    return new ModelShape(262_144, 640, 2048, 18, 4, 1, 256);
  }

  /** {@code smollm2-30}, {@code wide-vocabulary}, or {@code tiny} to try things. */
  static ModelShape of(String name) {
    return switch (name) {
      case "wide-vocabulary" -> wideVocabulary();
      case "tiny" -> new ModelShape(256, 32, 64, 1, 2, 1, 16);
      default -> smolLm2(Integer.parseInt(name.replace("smollm2-", "")));
    };
  }

  CausalLm model() {
    try {
      Path config = Files.createTempFile("config", ".json");
      try {
        Files.writeString(
            config,
            """
            {"model_type": "llama", "vocab_size": %d, "hidden_size": %d, "intermediate_size": %d,
             "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
             "head_dim": %d, "tie_word_embeddings": true}
            """
                .formatted(vocabulary, hidden, intermediate, layers, heads, kvHeads, headDim));
        return ModelFolder.architecture(config);
      } finally {
        Files.delete(config);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static HostTensor random(WeightSpec w) {
    long site = Noise.site(w.name());
    return w.shape().rank() == 1
        ? HostTensor.generate(DType.F32, w.shape(), i -> 1)
        : HostTensor.generate(
            DType.F32, w.shape(), i -> 0.06 * Noise.uniform(1, 0, 0, site, i) - 0.03);
  }

  /**
   * 10⁹ operations of a step's products: 2 for every weight and token forward and 2 backward, 2
   * more where the weight is trained, and causal attention three times over.
   *
   * @param tokens of one text
   * @param targets tokens that have logits
   */
  double gflop(int tokens, int targets, boolean full) {
    double layer =
        2.0 * hidden * heads * headDim
            + 2.0 * hidden * kvHeads * headDim
            + 3.0 * hidden * intermediate;
    double times = full ? 6 : 4;
    double attention = 3.0 * layers * 2 * tokens * tokens * heads * headDim;
    return (times * (layers * layer * tokens + (double) hidden * vocabulary * targets) + attention)
        / 1e9;
  }
}
