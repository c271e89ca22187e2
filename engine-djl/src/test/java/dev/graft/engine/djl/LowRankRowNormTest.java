package dev.graft.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.LowRankRowNorm;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Norms of W + s·B·A in f32, row by row, against loops in double precision. In some rows the change
 * takes nearly all of W away, where the expanded square has no digits left.
 */
final class LowRankRowNormTest {
  private static final int K = 96;
  private static final int D = 640;
  private static final int R = 8;
  private static final double S = 2;

  /** Rows in which W is −s·B·A but for this part. */
  private static final double LEFT = 1e-3;

  private final HostTensor a = normal(1, Shape.of(R, D), 0.1);
  private final HostTensor b = normal(2, Shape.of(K, R), 0.2);
  private final HostTensor weight = weight();

  private static HostTensor normal(long seed, Shape shape, double scale) {
    SplittableRandom random = new SplittableRandom(seed);
    return HostTensor.generate(DType.F32, shape, i -> scale * random.nextGaussian());
  }

  private static boolean cancels(int row) {
    return row % 10 == 3;
  }

  private double change(int row, int column) {
    double sum = 0;
    for (int j = 0; j < R; j++) {
      sum += b.get((long) row * R + j) * a.get((long) j * D + column);
    }
    return S * sum;
  }

  private HostTensor weight() {
    HostTensor noise = normal(3, Shape.of(K, D), 0.1);
    return HostTensor.generate(
        DType.F32,
        noise.shape(),
        i -> {
          int row = (int) (i / D);
          return cancels(row) ? LEFT * noise.get(i) - change(row, (int) (i % D)) : noise.get(i);
        });
  }

  private double norm(int row) {
    double sum = 0;
    for (int i = 0; i < D; i++) {
      double v = weight.get((long) row * D + i) + change(row, i);
      sum += v * v;
    }
    return Math.sqrt(sum);
  }

  private double[] run(DjlConfig config, boolean fused) {
    Trace t = new Trace("norms");
    Tensor w = t.input("w", DType.F32, K, D);
    Tensor ta = t.input("a", DType.F32, R, D);
    Tensor tb = t.input("b", DType.F32, K, R);
    Tensor squares = w.square().sum(1);
    Tensor cross = w.matmul(ta, false, true).times(tb).sum(1).times(2 * S);
    Tensor gram = tb.matmul(ta.matmul(ta, false, true)).times(tb).sum(1).times(S * S);
    Tensor expanded = squares.plus(cross).plus(gram).maximum(0).sqrt();
    t.output("n", fused ? LowRankRowNorm.of(w, squares, ta, tb, S) : expanded);
    try (Backend backend = new DjlBackendProvider().open(config);
        Executable e = backend.compile(t.build())) {
      return Objects.requireNonNull(e.run(Map.of("w", weight, "a", a, "b", b)).get("n"))
          .toDoubles();
    }
  }

  private double worst(double[] norms, boolean cancelling) {
    double worst = 0;
    for (int row = 0; row < K; row++) {
      if (cancels(row) == cancelling) {
        worst = Math.max(worst, Math.abs(norms[row] / norm(row) - 1));
      }
    }
    return worst;
  }

  @Test
  void rowsThatCancelAreComputedAsDefined() {
    for (DjlConfig.KernelChoice kernels : DjlConfig.KernelChoice.values()) {
      double[] norms = run(new DjlConfig("cpu", 0, kernels), true);
      assertThat(worst(norms, false)).as("%s, other rows", kernels).isLessThan(1e-6);
      // What rounding W itself and s·B·A to f32 leaves: 2⁻²⁴ of a thousand times the norm.
      assertThat(worst(norms, true)).as("%s, rows that cancel", kernels).isLessThan(2e-5);
    }
  }

  /** Otherwise the test above would test nothing. */
  @Test
  void theExpandedSquareHasNoDigitsLeftThere() {
    double[] norms = run(DjlConfig.defaults(), false);
    assertThat(worst(norms, false)).isLessThan(1e-6);
    assertThat(worst(norms, true)).isGreaterThan(1e-2);
  }
}
