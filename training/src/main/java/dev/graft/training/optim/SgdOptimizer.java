package dev.graft.training.optim;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent, as PyTorch's {@code torch.optim.SGD} without dampening: g' = g + λp;
 * b' = μb + g'; p' = p − lr·b'. Without momentum (μ = 0) it keeps no state.
 */
final class SgdOptimizer implements Optimizer {
  /** The recipe's {@code optimizer} block, as {@code {type: sgd, momentum: 0.9}}. */
  record Config(@Default("0") @Doc("Decay of the accumulated gradient.") double momentum) {
    Config {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE,
            "expected momentum of at least 0 and below 1, received " + momentum);
      }
    }
  }

  private final double momentum;
  private final double weightDecay;

  SgdOptimizer(Config config, double weightDecay) {
    this.momentum = config.momentum();
    this.weightDecay = weightDecay;
  }

  @Override
  public List<String> slots() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  public List<String> scalars() {
    return List.of();
  }

  @Override
  public List<Double> scalarsAt(long step) {
    return List.of();
  }

  @Override
  public List<Tensor> update(
      Tensor parameter,
      List<Tensor> state,
      Tensor gradient,
      Tensor learningRate,
      List<Tensor> scalars) {
    Tensor g = weightDecay == 0 ? gradient : gradient.plus(parameter.times(weightDecay));
    if (momentum == 0) {
      return List.of(parameter.minus(g.times(learningRate)));
    }
    Tensor b = state.get(0).times(momentum).plus(g);
    return List.of(parameter.minus(b.times(learningRate)), b);
  }
}
