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

  /**
   * A factor of a part of rank r of the base weight W [out, in], taken in the compute dtype: the
   * first {@code r} directions of a decomposition. Its sign is fixed, so that equal weights give
   * equal factors: in every row of a singular A the element of largest size is positive.
   *
   * @param decomposition which one
   * @param side which factor: A [r, in] or B [out, r]
   * @param scale s, above 0: singular factors are divided by √s, so that s·B·A is the part
   */
  record BaseFactor(Decomposition decomposition, Side side, double scale) implements Initializer {
    /** How the weight is taken apart. */
    public enum Decomposition {
      /** W = U·S·Vᵀ: B = U√S, A = √S·Vᵀ of the largest r (PiSSA, arXiv 2404.02948, eq. 2 and 3). */
      SINGULAR,
      /** W = Q·R with R's diagonal ≥ 0: B = Q, A = R, whatever s (OLoRA, arXiv 2406.01775). */
      ORTHOGONAL
    }

    /** Which side of the weight a factor belongs to. */
    public enum Side {
      /** A [r, in]. */
      IN,
      /** B [out, r]. */
      OUT
    }
  }

  static Initializer zeros() {
    return new Constant(0);
  }
}
