package dev.graft.api.adapter;

/** How a parameter starts; all randomness comes from the run's seed and the parameter's name. */
public sealed interface Initializer {
  /** The same value everywhere. */
  record Constant(double value) implements Initializer {}

  /**
   * U(−b, b) with b = √(6 / ((1 + a²)·fanIn)), where fanIn is the last extent (PyTorch's
   * kaiming_uniform_).
   */
  record KaimingUniform(double a) implements Initializer {}

  /** N(0, std²). */
  record Normal(double std) implements Initializer {}

  /** The L2 norm of every row of the base weight. */
  record BaseRowNorm() implements Initializer {}

  /** The L2 norm of every column of the base weight. */
  record BaseColumnNorm() implements Initializer {}

  static Initializer zeros() {
    return new Constant(0);
  }
}
