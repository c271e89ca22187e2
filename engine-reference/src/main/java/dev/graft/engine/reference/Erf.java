package dev.graft.engine.reference;

/** The error function in double precision. */
final class Erf {
  private static final double SERIES_BELOW = 2.5;

  private static final int FRACTION_TERMS = 40;

  private Erf() {}

  /**
   * 2/√π ∫₀ˣ exp(−t²) dt with an absolute error below 1e-15: the series of positive terms
   * (Abramowitz and Stegun, 7.1.6) up to 2.5, beyond it one minus the continued fraction of erfc
   * (7.1.14).
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (a > 6) { // erfc(6) is 2e-17
      return Math.signum(x);
    }
    double square = a * a;
    if (a < SERIES_BELOW) {
      double term = 1;
      double sum = 1;
      for (int n = 1; term > sum * 1e-17; n++) {
        term *= 2 * square / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * x * Math.exp(-square) * sum;
    }
    double fraction = a;
    for (int n = FRACTION_TERMS; n > 0; n--) {
      fraction = a + n / 2.0 / fraction;
    }
    return Math.copySign(1 - Math.exp(-square) / (Math.sqrt(Math.PI) * fraction), x);
  }
}
