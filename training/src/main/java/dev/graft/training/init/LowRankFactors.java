package dev.graft.training.init;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.HostTensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The first r directions of a weight W [out, in] as a product of two factors, in float64. The same
 * weight always gives the same bits: what is summed is summed in one order, and signs are fixed.
 */
final class LowRankFactors {
  /** Directions beyond the r that are asked for, which let those converge sooner. */
  private static final int SURPLUS = 16;

  private static final int MOST_ROUNDS = 500;

  /** Relative change of the singular values at which a round is the last. */
  private static final double CONVERGED = 1e-13;

  private static final long NOISE = 0x5eed;

  private final double[][] a;
  private final double[][] b;

  private LowRankFactors(double[][] a, double[][] b) {
    this.a = a;
    this.b = b;
  }

  /** The rows of A: r vectors of length in. */
  double[][] a() {
    return a;
  }

  /** The columns of B: r vectors of length out. */
  double[][] b() {
    return b;
  }

  /**
   * √S·Vᵀ and U·√S of the r largest singular values, largest first, found by subspace iteration. In
   * every row of Vᵀ the element of largest size is positive.
   */
  static LowRankFactors singular(HostTensor weight, int r) {
    check(weight, r);
    Matrix w = Matrix.of(weight);
    int k = Math.min(r + SURPLUS, Math.min(w.rows(), w.columns()));
    double[][] v = new double[k][w.columns()];
    for (int j = 0; j < k; j++) {
      for (int i = 0; i < w.columns(); i++) {
        v[j][i] = Noise.normal(NOISE, 0, 0, j, i);
      }
    }
    orthonormalize(v);
    double[] before = new double[k];
    for (int round = 0; round < MOST_ROUNDS; round++) {
      // Rayleigh and Ritz: within the subspace, the directions are those of its own Gram matrix.
      double[][] y = w.times(v);
      double[][] gram = new double[k][k];
      for (int i = 0; i < k; i++) {
        for (int j = 0; j <= i; j++) {
          gram[i][j] = dot(y[i], y[j]);
          gram[j][i] = gram[i][j];
        }
      }
      double[][] rotation = eigenvectors(gram);
      double[] values = new double[k];
      for (int i = 0; i < k; i++) {
        values[i] = Math.sqrt(Math.max(0, gram[i][i]));
      }
      Integer[] order = IntStream.range(0, k).boxed().toArray(Integer[]::new);
      Arrays.sort(order, (i, j) -> Double.compare(values[j], values[i]));
      v = combine(v, rotation, order);
      y = combine(y, rotation, order);
      double[] now = new double[k];
      double change = 0;
      for (int i = 0; i < k; i++) {
        now[i] = values[order[i]];
        change = i < r ? Math.max(change, Math.abs(now[i] - before[i])) : change;
      }
      if (change <= CONVERGED * now[0] || k == w.columns()) {
        return scaled(v, y, now, r);
      }
      before = now;
      v = w.transposedTimes(y);
      orthonormalize(v);
    }
    throw new GraftException(
        ErrorCode.MODEL_WEIGHTS,
        "expected a weight whose "
            + r
            + " largest singular values can be found, but those of a weight "
            + weight.shape()
            + " did not settle within "
            + MOST_ROUNDS
            + " rounds; use another init");
  }

  private static LowRankFactors scaled(double[][] v, double[][] y, double[] values, int r) {
    double[][] a = new double[r][];
    double[][] b = new double[r][];
    for (int i = 0; i < r; i++) {
      double root = Math.sqrt(values[i]);
      double sign = Math.signum(largest(v[i]));
      a[i] = Arrays.stream(v[i]).map(x -> x * root * sign).toArray();
      // W·v = σ·u.
      b[i] = Arrays.stream(y[i]).map(x -> root == 0 ? 0 : x / root * sign).toArray();
    }
    return new LowRankFactors(a, b);
  }

  private static double largest(double[] x) {
    double out = 0;
    for (double e : x) {
      out = Math.abs(e) > Math.abs(out) ? e : out;
    }
    return out;
  }

  /** The first r rows of R and columns of Q of W = Q·R. */
  static LowRankFactors orthogonal(HostTensor weight, int r) {
    check(weight, r);
    Matrix w = Matrix.of(weight);
    double[][] q = new double[r][w.rows()];
    for (int j = 0; j < r; j++) {
      for (int i = 0; i < w.rows(); i++) {
        q[j][i] = w.get(i, j);
      }
    }
    orthonormalize(q);
    double[][] a = w.transposedTimes(q);
    for (int i = 0; i < r; i++) {
      Arrays.fill(a[i], 0, i, 0); // R is upper triangular; what is there is rounding
    }
    return new LowRankFactors(a, q);
  }

  private static void check(HostTensor weight, int r) {
    int most = Math.min(weight.shape().dim(0), weight.shape().dim(1));
    if (r > most) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected r of at most "
              + most
              + " for a start from a weight "
              + weight.shape()
              + ", received "
              + r);
    }
    for (long i = 0; i < weight.shape().size(); i++) {
      if (!Double.isFinite(weight.get(i))) {
        throw new GraftException(
            ErrorCode.MODEL_WEIGHTS,
            "expected finite weights to start from, received " + weight.get(i));
      }
    }
  }

  /** Gram and Schmidt, twice; a vector that the ones before span gives way to a basis vector. */
  private static void orthonormalize(double[][] v) {
    int basis = 0;
    for (int j = 0; j < v.length; j++) {
      double size = Math.sqrt(dot(v[j], v[j]));
      double left = project(v, j);
      while (!(left > 1e-12 * size)) {
        Arrays.fill(v[j], 0);
        v[j][basis++] = 1;
        size = 1;
        left = project(v, j);
      }
      project(v, j);
      double norm = Math.sqrt(dot(v[j], v[j]));
      for (int i = 0; i < v[j].length; i++) {
        v[j][i] /= norm;
      }
    }
  }

  /** Takes the vectors before it out of v[j]; what norm is left. */
  private static double project(double[][] v, int j) {
    for (int i = 0; i < j; i++) {
      double share = dot(v[i], v[j]);
      for (int e = 0; e < v[j].length; e++) {
        v[j][e] -= share * v[i][e];
      }
    }
    return Math.sqrt(dot(v[j], v[j]));
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** Row o of the result is Σ rotation[i][order[o]]·v[i]. */
  private static double[][] combine(double[][] v, double[][] rotation, Integer[] order) {
    double[][] out = new double[v.length][v[0].length];
    for (int o = 0; o < out.length; o++) {
      for (int i = 0; i < v.length; i++) {
        double share = rotation[i][order[o]];
        for (int e = 0; e < out[o].length; e++) {
          out[o][e] += share * v[i][e];
        }
      }
    }
    return out;
  }

  /**
   * The eigenvectors, in columns, of a symmetric matrix by Jacobi's rotations; the matrix becomes
   * diagonal.
   */
  private static double[][] eigenvectors(double[][] m) {
    int n = m.length;
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      out[i][i] = 1;
    }
    for (int sweep = 0; sweep < 60; sweep++) {
      boolean rotated = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (Math.abs(m[p][q]) <= 1e-17 * Math.sqrt(Math.abs(m[p][p] * m[q][q]))) {
            continue;
          }
          rotated = true;
          double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
          double t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
          double c = 1 / Math.sqrt(t * t + 1);
          double s = t * c;
          for (int i = 0; i < n; i++) {
            rotate(m[i], p, q, c, s);
            rotate(out[i], p, q, c, s);
          }
          for (int i = 0; i < n; i++) {
            double x = m[p][i];
            double y = m[q][i];
            m[p][i] = c * x - s * y;
            m[q][i] = s * x + c * y;
          }
        }
      }
      if (!rotated) {
        break;
      }
    }
    return out;
  }

  private static void rotate(double[] row, int p, int q, double c, double s) {
    double x = row[p];
    double y = row[q];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }

  /** A weight by rows and by columns; f32 holds every value of a weight. */
  private static final class Matrix {
    private final float[][] byRow;
    private final float[][] byColumn;

    private Matrix(float[][] byRow, float[][] byColumn) {
      this.byRow = byRow;
      this.byColumn = byColumn;
    }

    static Matrix of(HostTensor weight) {
      int rows = weight.shape().dim(0);
      int columns = weight.shape().dim(1);
      Matrix out = new Matrix(new float[rows][columns], new float[columns][rows]);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          float w = (float) weight.get((long) i * columns + j);
          out.byRow[i][j] = w;
          out.byColumn[j][i] = w;
        }
      }
      return out;
    }

    int rows() {
      return byRow.length;
    }

    int columns() {
      return byColumn.length;
    }

    double get(int row, int column) {
      return byRow[row][column];
    }

    /** W·v for every vector v. */
    double[][] times(double[][] v) {
      return products(byRow, v);
    }

    /** Wᵀ·v for every vector v. */
    double[][] transposedTimes(double[][] v) {
      return products(byColumn, v);
    }

    private static double[][] products(float[][] m, double[][] v) {
      double[][] out = new double[v.length][m.length];
      // Every element is one thread's sum, in one order.
      IntStream.range(0, m.length)
          .parallel()
          .forEach(
              i -> {
                float[] row = m[i];
                for (int j = 0; j < v.length; j++) {
                  double[] x = v[j];
                  double sum = 0;
                  for (int e = 0; e < row.length; e++) {
                    sum += row[e] * x[e];
                  }
                  out[j][i] = sum;
                }
              });
      return out;
    }
  }
}
