package dev.graft.models;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The architectures by the {@code model_type} of their {@code config.json}. */
final class Architectures {
  private static final Map<String, Function<ConfigFile, CausalLm>> KNOWN =
      Map.of(Llama.MODEL_TYPE, Llama::read, Qwen2.MODEL_TYPE, Qwen2::read);

  private Architectures() {}

  /**
   * The model that a configuration describes.
   *
   * @throws GraftException {@code model.unsupported} for an unknown model type or a setting that
   *     the architecture does not support, {@code file.malformed}
   */
  static CausalLm create(ConfigFile config) {
    String type = config.text("model_type");
    Function<ConfigFile, CausalLm> architecture = KNOWN.get(type);
    if (architecture == null) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          "expected a model_type that Graft supports, received '"
              + type
              + "'. "
              + Nearest.hint(type, new TreeMap<>(KNOWN).keySet()));
    }
    if (config.has("quantization_config")) {
      throw config.unsupported("quantization_config", "an unquantized model", "a quantized one");
    }
    return architecture.apply(config);
  }
}
