package dev.graft.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

final class ErfTest {
  private static final MathContext DIGITS = new MathContext(60);

  private static final BigDecimal PI =
      new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459");

  /** The Taylor series of erf in 60 digits. */
  private static double oracle(double x) {
    BigDecimal b = new BigDecimal(x);
    BigDecimal square = b.multiply(b, DIGITS);
    BigDecimal power = b;
    BigDecimal sum = b;
    for (int n = 1; n < 400; n++) {
      power = power.multiply(square, DIGITS).divide(BigDecimal.valueOf(-n), DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
    }
    return sum.multiply(BigDecimal.valueOf(2)).divide(PI.sqrt(DIGITS), DIGITS).doubleValue();
  }

  @Test
  void agreesWithTheTaylorSeriesInSixtyDigits() {
    for (double x = -6.5; x < 6.6; x += 0.0625 - 1e-4) {
      assertThat(Erf.erf(x)).as("erf(%s)", x).isCloseTo(oracle(x), within(1e-15));
    }
    for (double x : new double[] {1e-12, 2.4999999, 2.5, 2.5000001, 5.9999, 6.0001}) {
      assertThat(Erf.erf(x)).as("erf(%s)", x).isCloseTo(oracle(x), within(1e-15));
    }
  }

  @Test
  void keepsSignsAndSpecialValues() {
    assertThat(Erf.erf(0)).isZero();
    assertThat(Erf.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Erf.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Erf.erf(Double.NaN)).isNaN();
  }
}
