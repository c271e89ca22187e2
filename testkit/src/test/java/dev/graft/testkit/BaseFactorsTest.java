package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.Initializer.BaseFactor;
import dev.graft.api.adapter.Initializer.BaseFactor.Decomposition;
import dev.graft.api.adapter.Initializer.BaseFactor.Side;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The factors have what defines them; they are f32. */
final class BaseFactorsTest {
  private static final double F32 = 2e-6;

  private static HostTensor noise(int out, int in) {
    return HostTensor.generate(DType.F32, Shape.of(out, in), i -> Noise.normal(3, 0, 0, out, i));
  }

  private static double[][] rows(HostTensor t) {
    int columns = t.shape().dim(1);
    double[][] rows = new double[t.shape().dim(0)][columns];
    for (int i = 0; i < t.shape().size(); i++) {
      rows[i / columns][i % columns] = t.get(i);
    }
    return rows;
  }

  private static double[][] a(HostTensor w, Decomposition how, int r, double s) {
    return rows(BaseFactors.of(w, new BaseFactor(how, Side.IN, s), Shape.of(r, w.shape().dim(1))));
  }

  private static double[][] b(HostTensor w, Decomposition how, int r, double s) {
    return rows(BaseFactors.of(w, new BaseFactor(how, Side.OUT, s), Shape.of(w.shape().dim(0), r)));
  }

  @ParameterizedTest
  @CsvSource({"9, 5, 3, 2", "5, 9, 3, 0.5", "6, 6, 6, 1", "1, 4, 1, 3"})
  void singularFactorsAreEigenvectorsOfTheSquares(int out, int in, int r, double s) {
    double[][] w = rows(noise(out, in));
    double[][] a = a(noise(out, in), Decomposition.SINGULAR, r, s);
    double[][] b = b(noise(out, in), Decomposition.SINGULAR, r, s);
    double before = Double.MAX_VALUE;
    for (int k = 0; k < r; k++) {
      double value = 0; // s·|a|² is the singular value
      double largest = 0;
      for (double e : a[k]) {
        value += s * e * e;
        largest = Math.abs(e) > Math.abs(largest) ? e : largest;
      }
      assertThat(largest).isPositive();
      assertThat(value).isLessThanOrEqualTo(before);
      before = value;
      for (int i = 0; i < out; i++) { // W·v = σ·u
        double product = 0;
        for (int j = 0; j < in; j++) {
          product += w[i][j] * a[k][j];
        }
        assertThat(product).isCloseTo(value * b[i][k], within(10 * F32));
      }
      for (int j = 0; j < in; j++) { // Wᵀ·u = σ·v
        double product = 0;
        for (int i = 0; i < out; i++) {
          product += w[i][j] * b[i][k];
        }
        assertThat(product).isCloseTo(value * a[k][j], within(10 * F32));
      }
    }
    if (r == Math.min(in, out)) {
      checkProduct(a, b, s, w, in);
    }
  }

  /** s·B·A is the weight in its first columns. */
  private static void checkProduct(
      double[][] a, double[][] b, double s, double[][] w, int columns) {
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
          sum += s * b[i][k] * a[k][j];
        }
        assertThat(sum).isCloseTo(w[i][j], within(F32));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"9, 5, 3", "5, 9, 3", "4, 4, 4"})
  void orthogonalFactorsAreThoseOfQr(int out, int in, int r) {
    double[][] w = rows(noise(out, in));
    double[][] a = a(noise(out, in), Decomposition.ORTHOGONAL, r, 7);
    double[][] b = b(noise(out, in), Decomposition.ORTHOGONAL, r, 7);
    for (int k = 0; k < r; k++) {
      assertThat(a[k][k]).isPositive();
      for (int l = 0; l < r; l++) {
        double product = 0;
        for (int i = 0; i < out; i++) {
          product += b[i][k] * b[i][l];
        }
        assertThat(product).isCloseTo(k == l ? 1 : 0, within(F32));
      }
      for (int j = 0; j < k; j++) {
        assertThat(a[k][j]).isZero();
      }
    }
    checkProduct(a, b, 1, w, r == Math.min(in, out) ? in : r);
  }
}
