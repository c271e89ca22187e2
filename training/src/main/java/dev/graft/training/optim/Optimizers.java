package dev.graft.training.optim;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The optimizers by their names in a recipe. */
public final class Optimizers {
  private static final List<String> NAMES = List.of("adamw", "sgd");

  private Optimizers() {}

  /**
   * An optimizer from the recipe's {@code optimizer} block.
   *
   * @param type {@code adamw} or {@code sgd}
   * @param options the rest of the block
   * @param weightDecay λ
   * @throws GraftException {@code config.value} for an unknown name, and what {@link ConfigBinder}
   *     finds
   */
  public static Optimizer create(String type, Map<String, Object> options, double weightDecay) {
    return switch (type) {
      case "adamw" ->
          new AdamWOptimizer(
              ConfigBinder.bind(betas(options), AdamWOptimizer.Config.class, "optimizer"),
              weightDecay);
      case "sgd" ->
          new SgdOptimizer(
              ConfigBinder.bind(options, SgdOptimizer.Config.class, "optimizer"), weightDecay);
      default ->
          throw new GraftException(
              ErrorCode.CONFIG_VALUE,
              "unknown optimizer '" + type + "'. " + Nearest.hint(type, NAMES));
    };
  }

  /** Splits {@code betas: [0.9, 0.999]}, as PyTorch writes it, in two keys. */
  private static Map<String, Object> betas(Map<String, Object> options) {
    Object betas = options.get("betas");
    if (betas == null) {
      return options;
    }
    if (!(betas instanceof List<?> list) || list.size() != 2) {
      throw new GraftException(
          ErrorCode.CONFIG_TYPE,
          "expected two numbers for 'optimizer.betas', as [0.9, 0.999], received '" + betas + "'");
    }
    Map<String, Object> out = new LinkedHashMap<>(options);
    out.remove("betas");
    out.put("beta1", list.get(0));
    out.put("beta2", list.get(1));
    return out;
  }
}
