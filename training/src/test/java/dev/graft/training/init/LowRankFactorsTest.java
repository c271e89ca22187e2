package dev.graft.training.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapters.lora.LoraProvider;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.Initializer.BaseFactor;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Trace;
import dev.graft.testkit.AdapterHarness;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LowRankFactorsTest {
  private static HostTensor noise(int rows, int columns) {
    return HostTensor.generate(
        DType.F32, Shape.of(rows, columns), i -> Noise.normal(7, 0, 0, rows, i));
  }

  /** Hestenes' one-sided Jacobi: makes the columns of W orthogonal, which gives all of the SVD. */
  private static double[][] leftTimesValues(HostTensor w, double[][] v) {
    int rows = w.shape().dim(0);
    int n = w.shape().dim(1);
    double[][] u = new double[n][rows]; // by column
    for (int j = 0; j < n; j++) {
      v[j][j] = 1;
      for (int i = 0; i < rows; i++) {
        u[j][i] = w.get((long) i * n + j);
      }
    }
    for (int sweep = 0; sweep < 40; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double alpha = dot(u[p], u[p]);
          double beta = dot(u[q], u[q]);
          double gamma = dot(u[p], u[q]);
          if (Math.abs(gamma) <= 1e-16 * Math.sqrt(alpha * beta)) {
            continue;
          }
          double zeta = (beta - alpha) / (2 * gamma);
          double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
          double c = 1 / Math.hypot(1, t);
          for (double[][] m : new double[][][] {u, v}) {
            for (int i = 0; i < m[p].length; i++) {
              double x = m[p][i];
              m[p][i] = c * x - c * t * m[q][i];
              m[q][i] = c * t * x + c * m[q][i];
            }
          }
        }
      }
    }
    return u;
  }

  private static double dot(double[] x, double[] y) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
  }

  @ParameterizedTest
  @CsvSource({"40, 30, 4", "30, 40, 4", "12, 12, 12", "9, 50, 8", "1, 6, 1"})
  void singularFactorsAreThoseOfAFullDecomposition(int rows, int columns, int r) {
    HostTensor w = noise(rows, columns);
    double[][] v = new double[columns][columns];
    double[][] u = leftTimesValues(w, v);
    int[] order =
        IntStream.range(0, columns)
            .boxed()
            .sorted((i, j) -> Double.compare(dot(u[j], u[j]), dot(u[i], u[i])))
            .mapToInt(Integer::intValue)
            .toArray();
    LowRankFactors factors = LowRankFactors.singular(w, r);
    for (int k = 0; k < r; k++) {
      double value = Math.sqrt(dot(u[order[k]], u[order[k]]));
      double[] right = v[order[k]];
      double sign =
          Math.signum(
              Arrays.stream(right)
                  .boxed()
                  .max((a, b) -> Double.compare(Math.abs(a), Math.abs(b)))
                  .orElseThrow());
      for (int i = 0; i < columns; i++) {
        assertThat(factors.a()[k][i]).isCloseTo(sign * Math.sqrt(value) * right[i], within(1e-5));
      }
      for (int i = 0; i < rows; i++) {
        assertThat(factors.b()[k][i])
            .isCloseTo(sign * u[order[k]][i] / Math.sqrt(value), within(1e-5));
      }
      assertThat(dot(factors.a()[k], factors.a()[k])).isCloseTo(value, within(1e-9));
    }
  }

  @Test
  void orthogonalFactorsAreTheFirstOfQr() {
    HostTensor w = noise(7, 5);
    LowRankFactors f = LowRankFactors.orthogonal(w, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(f.a()[i][i]).isPositive();
      for (int j = 0; j < 3; j++) {
        assertThat(dot(f.b()[i], f.b()[j])).isCloseTo(i == j ? 1 : 0, within(1e-14));
      }
      for (int j = 0; j < 5; j++) {
        // The first columns of W are those of the product; R is Qᵀ·W above its diagonal.
        double expected = 0;
        for (int row = 0; row < 7; row++) {
          expected += f.b()[i][row] * w.get(row * 5L + j);
        }
        assertThat(f.a()[i][j]).isCloseTo(j < i ? 0 : expected, within(1e-13));
      }
    }
    for (int row = 0; row < 7; row++) {
      for (int j = 0; j < 3; j++) {
        double product = 0;
        for (int i = 0; i < 3; i++) {
          product += f.b()[i][row] * f.a()[i][j];
        }
        assertThat(product).isCloseTo(w.get(row * 5L + j), within(1e-13));
      }
    }
  }

  @Test
  void weightsOfLowerRankHaveFactorsToo() {
    HostTensor one = HostTensor.generate(DType.F32, Shape.of(6, 4), i -> Math.floorDiv(i, 4) + 1.0);
    LowRankFactors singular = LowRankFactors.singular(one, 3);
    LowRankFactors orthogonal = LowRankFactors.orthogonal(one, 3);
    for (LowRankFactors f : new LowRankFactors[] {singular, orthogonal}) {
      for (int i = 0; i < 24; i++) {
        double product = 0;
        for (int k = 0; k < 3; k++) {
          product += f.b()[k][i / 4] * f.a()[k][i % 4];
        }
        assertThat(product).isCloseTo(Math.floorDiv(i, 4) + 1, within(1e-6));
      }
    }
    assertThatThrownBy(() -> LowRankFactors.singular(one, 5))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED));
  }

  @Test
  void parametersAreThePartOfTheWeightThatTheScaleSays() {
    HostTensor w = noise(8, 6);
    ParameterValues values = new ParameterValues(1);
    double s = 2.5;
    for (BaseFactor.Decomposition how : BaseFactor.Decomposition.values()) {
      HostTensor a =
          values.of(
              "adapter.x.lora_A",
              Shape.of(2, 6),
              new Initializer.BaseFactor(how, BaseFactor.Side.IN, s),
              () -> w);
      HostTensor b =
          values.of(
              "adapter.x.lora_B",
              Shape.of(8, 2),
              new Initializer.BaseFactor(how, BaseFactor.Side.OUT, s),
              () -> w);
      boolean singular = how == BaseFactor.Decomposition.SINGULAR;
      LowRankFactors f = singular ? LowRankFactors.singular(w, 2) : LowRankFactors.orthogonal(w, 2);
      for (int o = 0; o < 8; o++) {
        for (int i = 0; i < 6; i++) {
          double part = f.b()[0][o] * f.a()[0][i] + f.b()[1][o] * f.a()[1][i];
          double product = b.get(o * 2L) * a.get(i) + b.get(o * 2L + 1) * a.get(6 + i);
          assertThat(product * (singular ? s : 1)).isCloseTo(part, within(1e-6));
        }
      }
    }
  }

  /** What a run starts from is what the adapter was tested with by its conformance kit. */
  @ParameterizedTest
  @CsvSource({"pissa, 12, 20", "pissa, 20, 12", "olora, 12, 20", "olora, 20, 12"})
  void startsAreThoseOfTheConformanceKit(String init, int in, int out) {
    LoraProvider provider = new LoraProvider();
    Adapter adapter =
        provider.create(
            ConfigBinder.bind(
                Map.of("r", 4, "alpha", 6, "init", init), provider.configType(), "adapter"));
    Site site = new Site("model.layers.0.mlp.up_proj", SiteKind.LINEAR, in, out, 0);
    Map<String, HostTensor> expected =
        new AdapterHarness(new Trace("start"), adapter, site, Shape.of(1), DType.F32, false)
            .values(3, AdapterHarness.Parameters.INITIAL);
    HostTensor w = Objects.requireNonNull(expected.get("weight"));
    ParameterValues values = new ParameterValues(1);
    for (ParameterSpec p : adapter.parameters(site)) {
      assertThat(values.of("adapter." + p.name(), p.shape(), p.initializer(), () -> w).toDoubles())
          .containsExactly(
              Objects.requireNonNull(expected.get("parameter." + p.name())).toDoubles(),
              within(1e-5));
    }
  }
}
