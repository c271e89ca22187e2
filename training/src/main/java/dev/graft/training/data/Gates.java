package dev.graft.training.data;

/**
 * What masked data has to fulfil before it is trained on.
 *
 * @param maxUntrainedShare the largest share of examples of which no token may carry loss, in [0,
 *     1]
 * @param enforced whether what is not fulfilled is refused; else it is warned of
 */
public record Gates(double maxUntrainedShare, boolean enforced) {
  /** Those of data that is trained on. */
  public static Gates training(double maxUntrainedShare) {
    return new Gates(maxUntrainedShare, true);
  }

  /** Those of data that is only measured on. */
  public static Gates evaluation() {
    return new Gates(1, false);
  }
}
