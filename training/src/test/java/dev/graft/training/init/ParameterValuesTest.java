package dev.graft.training.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.Initializer;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ParameterValuesTest {
  private static final Shape SHAPE = Shape.of(200, 50);

  private static HostTensor value(long seed, String variable, Initializer initializer) {
    return new ParameterValues(seed)
        .of(
            variable,
            SHAPE,
            initializer,
            () -> {
              throw new AssertionError("the base weight is not needed");
            });
  }

  private static double[] moments(HostTensor t) {
    double[] x = t.toDoubles();
    double mean = Arrays.stream(x).average().orElseThrow();
    return new double[] {mean, Arrays.stream(x).map(v -> v * v).average().orElseThrow()};
  }

  @Test
  void kaimingUniformFillsItsInterval() {
    HostTensor t = value(1, "a", new Initializer.KaimingUniform(Math.sqrt(5)));
    double bound = 1 / Math.sqrt(50); // √(6/((1+5)·fanIn))
    assertThat(t.dtype()).isEqualTo(DType.F32);
    double[] x = t.toDoubles();
    assertThat(Arrays.stream(x).max().orElseThrow()).isBetween(0.99 * bound, bound);
    assertThat(Arrays.stream(x).min().orElseThrow()).isBetween(-bound, -0.99 * bound);
    assertThat(moments(t)[0]).isCloseTo(0, within(0.03 * bound));
    assertThat(moments(t)[1]).isCloseTo(bound * bound / 3, within(0.03 * bound * bound));
  }

  @Test
  void normalHasItsDeviation() {
    double[] m = moments(value(1, "a", new Initializer.Normal(0.25)));
    assertThat(m[0]).isCloseTo(0, within(0.01));
    assertThat(m[1]).isCloseTo(0.0625, within(0.003));
  }

  @Test
  void seedAndNameDecide() {
    Initializer normal = new Initializer.Normal(1);
    float[] a = value(1, "a", normal).toFloats();
    assertThat(value(1, "a", normal).toFloats()).isEqualTo(a);
    assertThat(value(2, "a", normal).toFloats()).isNotEqualTo(a);
    assertThat(value(1, "b", normal).toFloats()).isNotEqualTo(a);
  }

  @Test
  void constantsAndNorms() {
    assertThat(value(1, "a", Initializer.zeros()).toFloats()).containsOnly(0);
    HostTensor base = HostTensor.ofFloats(Shape.of(2, 3), 3, 4, 0, -4, 0, 3);
    ParameterValues values = new ParameterValues(1);
    HostTensor rows = values.of("m", Shape.of(2), new Initializer.BaseRowNorm(), () -> base);
    assertThat(rows.toFloats()).containsExactly(5, 5);
    HostTensor columns = values.of("m", Shape.of(3), new Initializer.BaseColumnNorm(), () -> base);
    assertThat(columns.toFloats()).containsExactly(5, 4, 3);
  }
}
