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
  private static final List<String> NAMES = List.of("adamw", "sgd", "schedule-free-adamw");

  private Optimizers() {}

  /**
   * An optimizer from the recipe's {@code optimizer} block.
   *
   * @param type {@code adamw}, {@code sgd} or {@code schedule-free-adamw}
   * @param options the rest of the block
   * @param weightDecay λ
   * @param schedule the run's; schedule-free AdamW wants one that is constant after its warm-up
   * @throws GraftException {@code config.value} for an unknown name or a schedule that does not go
   *     with the optimizer, and what {@link ConfigBinder} finds
   */
  public static Optimizer create(
      String type, Map<String, Object> options, double weightDecay, Schedule schedule) {
    return switch (type) {
      case "adamw" ->
          new AdamWOptimizer(
              ConfigBinder.bind(betas(options), AdamWOptimizer.Config.class, "optimizer"),
              weightDecay);
      case "sgd" ->
          new SgdOptimizer(
              ConfigBinder.bind(options, SgdOptimizer.Config.class, "optimizer"), weightDecay);
      case "schedule-free-adamw" ->
          new ScheduleFreeAdamWOptimizer(
              ConfigBinder.bind(
                  betas(options), ScheduleFreeAdamWOptimizer.Config.class, "optimizer"),
              weightDecay,
              constantWarmup(schedule));
      default ->
          throw new GraftException(
              ErrorCode.CONFIG_VALUE,
              "unknown optimizer '" + type + "'. " + Nearest.hint(type, NAMES));
    };
  }

  /** An optimizer for a learning rate that is the same at every step. */
  public static Optimizer create(String type, Map<String, Object> options, double weightDecay) {
    return create(type, options, weightDecay, new Schedule(ScheduleKind.CONSTANT, 0, 1, 0));
  }

  private static long constantWarmup(Schedule schedule) {
    return switch (schedule.kind()) {
      case CONSTANT -> 0;
      case CONSTANT_WITH_WARMUP -> schedule.warmup();
      case LINEAR, COSINE, INVERSE_SQRT ->
          throw new GraftException(
              ErrorCode.CONFIG_VALUE,
              "expected lr_scheduler constant or constant-with-warmup with the optimizer"
                  + " schedule-free-adamw, whose averaging takes the place of a decay, received "
                  + ConfigBinder.word(schedule.kind())
                  + "; set lr_scheduler");
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
