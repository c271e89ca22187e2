package dev.graft.training.optim;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.AdamW;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * AdamW (arXiv 1711.05101, algorithm 2): Adam with decoupled weight decay and bias correction. The
 * decay applies to every trainable tensor.
 */
final class AdamWOptimizer implements Optimizer {
  /** The recipe's {@code optimizer} block, as {@code {type: adamw, betas: [0.9, 0.999]}}. */
  record Config(
      @Default("0.9") @Doc("Decay of the first moment.") double beta1,
      @Default("0.999") @Doc("Decay of the second moment.") double beta2,
      @Default("1e-8") @Doc("Added to the root of the second moment.") double eps) {
    Config {
      check(beta1, beta2, eps);
    }

    /** Refuses what is out of range. */
    static void check(double beta1, double beta2, double eps) {
      check("beta1", beta1);
      check("beta2", beta2);
      if (!(eps > 0)) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE, "expected eps above 0, received " + eps + "; 1e-8 is usual");
      }
    }

    private static void check(String name, double beta) {
      if (!(beta >= 0 && beta < 1)) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE,
            "expected " + name + " of at least 0 and below 1, received " + beta);
      }
    }
  }

  private final AdamW op;

  AdamWOptimizer(Config config, double weightDecay) {
    this.op = new AdamW(config.beta1(), config.beta2(), config.eps(), weightDecay);
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v");
  }

  @Override
  public List<String> scalars() {
    return List.of("correction1", "correction2");
  }

  @Override
  public List<Double> scalarsAt(long step) {
    return List.of(
        1 - Math.pow(op.beta1(), (double) step), 1 - Math.pow(op.beta2(), (double) step));
  }

  @Override
  public List<Tensor> update(
      Tensor parameter,
      List<Tensor> state,
      Tensor gradient,
      Tensor learningRate,
      List<Tensor> scalars) {
    return AdamW.of(
        op,
        parameter,
        state.get(0),
        state.get(1),
        gradient,
        learningRate,
        scalars.get(0),
        scalars.get(1));
  }
}
