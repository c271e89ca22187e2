package dev.graft.testkit;

import dev.graft.api.adapter.Initializer.BaseFactor;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Factors of small weights by the textbook, in float64: all singular values by Hestenes' one-sided
 * Jacobi rotations, and QR by modified Gram and Schmidt.
 */
final class BaseFactors {
  private static final int MOST_SWEEPS = 60;

  /** The cosine of two rows that counts as zero. */
  private static final double ORTHOGONAL = 1e-15;

  private BaseFactors() {}

  /**
   * The factor A [r, in] or B [out, r] of a weight [out, in], as f32.
   *
   * @throws AssertionError when the shape that is asked for is none of a factor
   */
  static HostTensor of(HostTensor weight, BaseFactor factor, Shape shape) {
    int out = weight.shape().dim(0);
    int in = weight.shape().dim(1);
    boolean isA = factor.side() == BaseFactor.Side.IN;
    if (shape.rank() != 2
        || shape.dim(isA ? 1 : 0) != (isA ? in : out)
        || shape.dim(isA ? 0 : 1) > Math.min(in, out)) {
      throw new AssertionError(
          "expected a parameter "
              + (isA ? "[r, " + in + "]" : "[" + out + ", r]")
              + " with r of at most "
              + Math.min(in, out)
              + " for "
              + factor
              + ", it is declared as "
              + shape);
    }
    int r = shape.dim(isA ? 0 : 1);
    double[][] w = new double[out][in];
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        w[i][j] = weight.get((long) i * in + j);
      }
    }
    double[][] directions = // r vectors, the rows of A or the columns of B
        factor.decomposition() == BaseFactor.Decomposition.SINGULAR
            ? singular(w, r, isA, factor.scale())
            : orthogonal(w, r, isA);
    return HostTensor.generate(
        DType.F32,
        shape,
        i ->
            isA
                ? directions[(int) (i / in)][(int) (i % in)]
                : directions[(int) (i % r)][(int) (i / r)]);
  }

  /** √(σ/s)·v or √(σ/s)·u of the largest σ; the element of v of largest size is positive. */
  private static double[][] singular(double[][] w, int r, boolean isA, double scale) {
    // Rotations G of the fewer make them orthogonal: G·M = Σ·L, so M = Gᵀ·Σ·L.
    boolean wide = w.length <= w[0].length;
    double[][] m = wide ? copy(w) : transposed(w);
    double[][] g = new double[m.length][m.length];
    for (int i = 0; i < m.length; i++) {
      g[i][i] = 1;
    }
    boolean rotated = true;
    for (int sweep = 0; rotated; sweep++) {
      if (sweep == MOST_SWEEPS) {
        throw new IllegalStateException("the rotations did not converge");
      }
      rotated = false;
      for (int p = 0; p < m.length; p++) {
        for (int q = p + 1; q < m.length; q++) {
          double pp = dot(m[p], m[p]);
          double qq = dot(m[q], m[q]);
          double pq = dot(m[p], m[q]);
          if (Math.abs(pq) > ORTHOGONAL * Math.sqrt(pp * qq)) {
            rotated = true;
            double angle = Math.atan2(2 * pq, pp - qq) / 2;
            rotate(m[p], m[q], angle);
            rotate(g[p], g[q], angle);
          }
        }
      }
    }
    int[] largestFirst =
        IntStream.range(0, m.length)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> -dot(m[k], m[k])))
            .mapToInt(k -> k)
            .toArray();
    double[][] out = new double[r][];
    for (int k = 0; k < r; k++) {
      double[] rotatedRow = m[largestFirst[k]];
      double value = Math.sqrt(dot(rotatedRow, rotatedRow));
      double[] longer = times(rotatedRow, value == 0 ? 0 : 1 / value);
      double[] shorter = g[largestFirst[k]];
      double[] v = wide ? longer : shorter;
      double[] u = wide ? shorter : longer;
      double top = Arrays.stream(v).max().orElseThrow();
      double bottom = Arrays.stream(v).min().orElseThrow();
      double sign = top >= -bottom ? 1 : -1;
      out[k] = times(isA ? v : u, sign * Math.sqrt(value / scale));
    }
    return out;
  }

  /** Turns the plane of two vectors. */
  private static void rotate(double[] p, double[] q, double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    for (int i = 0; i < p.length; i++) {
      double x = p[i];
      p[i] = c * x + s * q[i];
      q[i] = c * q[i] - s * x;
    }
  }

  /** The first r rows of R, or columns of Q, of W = Q·R. */
  private static double[][] orthogonal(double[][] w, int r, boolean isA) {
    double[][] columns = transposed(w);
    double[][] upper = new double[r][columns.length];
    double[][] q = new double[r][];
    for (int i = 0; i < r; i++) {
      double norm = Math.sqrt(dot(columns[i], columns[i]));
      if (norm == 0) {
        throw new IllegalStateException("expected a weight of full rank");
      }
      q[i] = times(columns[i], 1 / norm);
      for (int j = i; j < columns.length; j++) {
        double share = dot(q[i], columns[j]);
        upper[i][j] = share;
        for (int e = 0; e < w.length; e++) {
          columns[j][e] -= share * q[i][e];
        }
      }
    }
    return isA ? upper : q;
  }

  private static double[] times(double[] x, double factor) {
    return Arrays.stream(x).map(e -> e * factor).toArray();
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[][] copy(double[][] m) {
    return Arrays.stream(m).map(double[]::clone).toArray(double[][]::new);
  }

  private static double[][] transposed(double[][] m) {
    double[][] out = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[0].length; j++) {
        out[j][i] = m[i][j];
      }
    }
    return out;
  }
}
