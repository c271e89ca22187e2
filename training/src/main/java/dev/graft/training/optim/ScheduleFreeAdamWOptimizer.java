package dev.graft.training.optim;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * Schedule-free AdamW (arXiv 2405.15682, algorithm 1): the gradient is taken at y, between the base
 * sequence z and the average x of it, and x is what is evaluated and saved. With g the gradient at
 * y,
 *
 * <pre>
 * v' = β₂v + (1−β₂)g²
 * γ  = lr·√(1−β₂ᵗ), lr with its warm-up
 * z' = z − γ·(g / (√v' + ε) + λy)
 * x' = (1−c)x + c·z', c = γ² / Σγ² over all steps so far
 * y' = (1−β₁)z' + β₁x'
 * </pre>
 *
 * <p>The trained variable holds y. The slot {@code d} holds z − x, so that it starts as zeros like
 * {@code v}, x is y − (1−β₁)d, and there are no more slots than AdamW has. The weight c needs no
 * state: learning rates of one run differ by constant factors only, so it follows from the warm-up
 * and the step. Where all learning rates so far are 0, c is 0.
 */
final class ScheduleFreeAdamWOptimizer implements Optimizer {
  /** The recipe's {@code optimizer} block, as {@code {type: schedule-free-adamw}}. */
  record Config(
      @Default("0.9") @Doc("How much of y is the average x; the rest is z.") double beta1,
      @Default("0.999") @Doc("Decay of the second moment.") double beta2,
      @Default("1e-8") @Doc("Added to the root of the second moment.") double eps) {
    Config {
      AdamWOptimizer.Config.check(beta1, beta2, eps);
    }
  }

  private final Config config;
  private final double weightDecay;
  private final long warmup;

  /**
   * An optimizer.
   *
   * @param warmup the number w of warm-up steps of a learning rate that is constant after them
   */
  ScheduleFreeAdamWOptimizer(Config config, double weightDecay, long warmup) {
    this.config = config;
    this.weightDecay = weightDecay;
    this.warmup = warmup;
  }

  @Override
  public List<String> slots() {
    return List.of("d", "v");
  }

  @Override
  public List<String> scalars() {
    return List.of("correction2", "average");
  }

  @Override
  public List<Double> scalarsAt(long step) {
    double sum = weights(step);
    return List.of(correction2(step), sum == 0 ? 0 : weight(step) / sum);
  }

  private double correction2(long step) {
    return 1 - Math.pow(config.beta2(), (double) step);
  }

  /** (γ/lr)² of a step. */
  private double weight(long step) {
    double factor = step - 1 < warmup ? (step - 1.0) / warmup : 1;
    return factor * factor * correction2(step);
  }

  /** The sum of the weights of the steps from 1; after the warm-up a geometric series. */
  private double weights(long step) {
    double sum = 0;
    for (long i = 1; i <= Math.min(step, warmup); i++) {
      sum += weight(i);
    }
    long n = step - warmup;
    double b = config.beta2();
    return n <= 0
        ? sum
        : sum + n - Math.pow(b, warmup + 1.0) * (1 - Math.pow(b, (double) n)) / (1 - b);
  }

  @Override
  public List<Tensor> update(
      Tensor parameter,
      List<Tensor> state,
      Tensor gradient,
      Tensor learningRate,
      List<Tensor> scalars) {
    Tensor v = state.get(1).times(config.beta2()).plus(gradient.square().times(1 - config.beta2()));
    Tensor direction = gradient.div(v.sqrt().plus(config.eps()));
    if (weightDecay != 0) {
      direction = direction.plus(parameter.times(weightDecay));
    }
    Tensor gamma = learningRate.times(scalars.get(0).sqrt());
    Tensor c = scalars.get(1);
    Tensor ahead = state.get(0).minus(direction.times(gamma)); // z' − x
    Tensor d = ahead.minus(ahead.times(c));
    Tensor x = evaluated(parameter, state).plus(ahead.times(c));
    return List.of(x.plus(d.times(1 - config.beta1())), d, v);
  }

  @Override
  public boolean averages() {
    return true;
  }

  @Override
  public Tensor evaluated(Tensor parameter, List<Tensor> state) {
    return parameter.minus(state.get(0).times(1 - config.beta1()));
  }
}
