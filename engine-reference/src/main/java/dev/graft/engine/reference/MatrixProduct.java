package dev.graft.engine.reference;

import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import java.util.stream.IntStream;

/**
 * Batched matrix products. Every row of the result is a sum of scaled rows of B, added in a fixed
 * order, so the result does not depend on how rows are spread over threads.
 */
final class MatrixProduct {
  /** Multiplications below which threads cost more than they save. */
  private static final long PARALLEL = 1 << 18;

  /** Rows of B added at a time, so that they stay in a cache while the rows of A pass. */
  private static final int DEPTH = 128;

  private static final int ROWS = 16;

  private final int m;
  private final int n;
  private final int k;
  private final boolean transposeA;
  private final boolean transposeB;
  private final int[] aBatches;
  private final int[] bBatches;

  private MatrixProduct(Op.MatMul op, Shape a, Shape b, Shape out) {
    m = out.dim(-2);
    n = out.dim(-1);
    k = a.dim(op.transposeA() ? -2 : -1);
    transposeA = op.transposeA();
    transposeB = op.transposeB();
    Shape batch = out.dropLast(2);
    aBatches = batches(a.dropLast(2), batch);
    bBatches = batches(b.dropLast(2), batch);
  }

  static Kernel of(Op.MatMul op, Shape a, Shape b, Shape out) {
    MatrixProduct p = new MatrixProduct(op, a, b, out);
    return in -> p.run((double[]) in[0], (double[]) in[1]);
  }

  /** For every matrix of the result, which matrix of an operand it reads. */
  private static int[] batches(Shape operand, Shape batch) {
    int[] out = new int[Data.size(batch)];
    Strided walk =
        new Strided(batch.toArray(), Strided.contiguous(batch), Strided.broadcast(operand, batch));
    walk.forEach(
        at -> {
          for (int i = 0; i < walk.length; i++) {
            out[at[0] + i] = at[1] + i * walk.steps[1];
          }
        });
    return out;
  }

  private double[] run(double[] a, double[] b) {
    int count = aBatches.length;
    double[] c = new double[count * m * n];
    if (c.length == 0 || k == 0) {
      return c;
    }
    double[] rowsOfB = transposeB ? transposed(b) : b;
    int blocks = (m + ROWS - 1) / ROWS;
    IntStream tasks = IntStream.range(0, count * blocks);
    if ((long) c.length * k >= PARALLEL) {
      tasks = tasks.parallel();
    }
    tasks.forEach(
        t -> {
          int batch = t / blocks;
          int from = t % blocks * ROWS;
          int to = Math.min(m, from + ROWS);
          rows(a, aBatches[batch] * m * k, rowsOfB, bBatches[batch] * k * n, c, batch, from, to);
        });
    return c;
  }

  /** Every matrix [n, k] of b as [k, n]. */
  private double[] transposed(double[] b) {
    double[] out = new double[b.length];
    for (int at = 0; at < b.length; at += n * k) {
      for (int j = 0; j < n; j++) {
        for (int l = 0; l < k; l++) {
          out[at + l * n + j] = b[at + j * k + l];
        }
      }
    }
    return out;
  }

  private void rows(
      double[] a, int aAt, double[] b, int bAt, double[] c, int batch, int from, int to) {
    int aRow = transposeA ? 1 : k;
    int aColumn = transposeA ? m : 1;
    for (int low = 0; low < k; low += DEPTH) {
      int high = Math.min(k, low + DEPTH);
      for (int i = from; i < to; i++) {
        int cAt = (batch * m + i) * n;
        int at = aAt + i * aRow + low * aColumn;
        int l = low;
        for (; l + 4 <= high; l += 4, at += 4 * aColumn) {
          double a0 = a[at];
          double a1 = a[at + aColumn];
          double a2 = a[at + 2 * aColumn];
          double a3 = a[at + 3 * aColumn];
          addFour(c, cAt, a0, a1, a2, a3, b, bAt + l * n, n);
        }
        for (; l < high; l++, at += aColumn) {
          addOne(c, cAt, a[at], b, bAt + l * n, n);
        }
      }
    }
  }

  private static void addFour(
      double[] c, int cAt, double a0, double a1, double a2, double a3, double[] b, int bAt, int n) {
    int b1 = bAt + n;
    int b2 = b1 + n;
    int b3 = b2 + n;
    for (int j = 0; j < n; j++) {
      c[cAt + j] += a0 * b[bAt + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
    }
  }

  private static void addOne(double[] c, int cAt, double a, double[] b, int bAt, int n) {
    for (int j = 0; j < n; j++) {
      c[cAt + j] += a * b[bAt + j];
    }
  }
}
