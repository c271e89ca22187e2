package dev.graft.models;

/**
 * Llama (arXiv 2302.13971; grouped kv heads from 2307.09288, rotary scaling from 2407.21783): a
 * {@link RotaryDecoder}, mostly without biases.
 */
final class Llama {
  static final String MODEL_TYPE = "llama";

  private Llama() {}

  /** Reads a {@code config.json}; settings that change the maths and are not there are refused. */
  static CausalLm read(ConfigFile file) {
    file.only("hidden_act", "silu");
    ModelConfig config = ModelConfig.read(file, 2048);
    double eps = file.number("rms_norm_eps", 1e-6);
    Rope rope = Rope.read(file, config.headDim());
    int intermediate = file.count("intermediate_size");
    boolean attention = file.flag("attention_bias", false);
    boolean mlp = file.flag("mlp_bias", false);
    return new RotaryDecoder(
        config, eps, rope, intermediate, new RotaryDecoder.Biases(attention, attention, mlp));
  }
}
