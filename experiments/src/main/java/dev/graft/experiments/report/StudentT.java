package dev.graft.experiments.report;

/** Student's distribution for whole degrees of freedom. */
final class StudentT {
  private StudentT() {}

  /** The value that |t| stays below with a probability of 95 %. */
  static double quantile975(int degrees) {
    double low = 0;
    double high = 20;
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      if (within(middle, degrees) < 0.95) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * The probability of |t| below a value: the finite sums of Abramowitz and Stegun, Handbook of
   * Mathematical Functions, 26.7.3 and 26.7.4.
   */
  private static double within(double t, int degrees) {
    double theta = Math.atan(t / Math.sqrt(degrees));
    double cos2 = Math.cos(theta) * Math.cos(theta);
    boolean odd = degrees % 2 == 1;
    double term = odd ? Math.cos(theta) : 1;
    double sum = 0;
    for (int k = odd ? 1 : 0; k <= degrees - 2; k += 2) {
      sum += term;
      term *= cos2 * (k + 1) / (k + 2);
    }
    return odd ? 2 / Math.PI * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  }
}
