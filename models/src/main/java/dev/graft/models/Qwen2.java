package dev.graft.models;

/**
 * Qwen2 and Qwen2.5 (arXiv 2407.10671, section 2.2.1): a {@link RotaryDecoder} in which q_proj,
 * k_proj and v_proj have a bias and nothing else has. Every layer attends to the whole text: a file
 * with sliding windows is refused.
 */
final class Qwen2 {
  static final String MODEL_TYPE = "qwen2";

  private Qwen2() {}

  /** Reads a {@code config.json}; settings that change the maths and are not there are refused. */
  static CausalLm read(ConfigFile file) {
    file.only("hidden_act", "silu");
    ModelConfig config = ModelConfig.read(file, 32_768);
    double eps = file.number("rms_norm_eps", 1e-6);
    Rope rope = Rope.read(file, config.headDim());
    refuseSlidingWindows(file, config);
    int intermediate = file.count("intermediate_size");
    return new RotaryDecoder(
        config, eps, rope, intermediate, new RotaryDecoder.Biases(true, false, false));
  }

  /**
   * Newer files say what every layer attends to; in older ones the layers from {@code
   * max_window_layers} on slide, if {@code use_sliding_window} says so.
   */
  private static void refuseSlidingWindows(ConfigFile file, ModelConfig config) {
    for (String type : file.texts("layer_types")) {
      if (!type.equals("full_attention")) {
        throw file.unsupported("layer_types", "'full_attention' in every layer", "'" + type + "'");
      }
    }
    if (file.flag("use_sliding_window", false)
        && !file.has("layer_types")
        && file.number("max_window_layers", 28) < config.layers()) {
      throw file.unsupported("use_sliding_window", "false", true);
    }
  }
}
