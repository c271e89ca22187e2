package dev.graft.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every primitive against its definition, element by element from multi-indices: the interpreter is
 * the oracle of all other engines, so nothing here goes through its own walks over arrays.
 */
final class PrimitivesTest {
  private static HostTensor noise(int seed, int... dims) {
    return HostTensor.generate(
        DType.F64, Shape.of(dims), i -> Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 2);
  }

  private static HostTensor run(Function<Trace, Tensor> body, HostTensor... inputs) {
    Trace t = new Trace("test");
    for (int i = 0; i < inputs.length; i++) {
      t.input("x" + i, inputs[i].type());
    }
    t.output("y", body.apply(t));
    Map<String, HostTensor> feed = new java.util.HashMap<>();
    for (int i = 0; i < inputs.length; i++) {
      feed.put("x" + i, inputs[i]);
    }
    try (Backend b = new ReferenceProvider().open(new ReferenceConfig());
        Executable e = b.compile(t.build())) {
      return java.util.Objects.requireNonNull(e.run(feed).get("y"));
    }
  }

  private static Tensor in(Trace t, int i, HostTensor value) {
    return t.input("x" + i, value.type());
  }

  /** The element at a multi-index; an index counts as 0 on axes of extent 1, as in broadcasting. */
  private static double at(HostTensor x, int... index) {
    long flat = 0;
    int shift = index.length - x.shape().rank();
    for (int a = 0; a < x.shape().rank(); a++) {
      int i = x.shape().dim(a) == 1 ? 0 : index[a + shift];
      flat = flat * x.shape().dim(a) + i;
    }
    return x.get(flat);
  }

  private static void check(HostTensor actual, Shape shape, ToDoubleFunction<int[]> expected) {
    assertThat(actual.shape()).isEqualTo(shape);
    int[] index = new int[shape.rank()];
    for (long flat = 0; flat < shape.size(); flat++) {
      long rest = flat;
      for (int a = index.length - 1; a >= 0; a--) {
        index[a] = (int) (rest % shape.dim(a));
        rest /= shape.dim(a);
      }
      double wanted = expected.applyAsDouble(index);
      if (!(Math.abs(actual.get(flat) - wanted) <= 1e-12)) {
        Assertions.fail(
            "element %s: expected %s, received %s",
            java.util.Arrays.toString(index), wanted, actual.get(flat));
      }
    }
  }

  private static int[] dims(String text) {
    return java.util.Arrays.stream(text.split("x"))
        .filter(s -> !s.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "2x3x4, 2x3x4, 2x3x4",
    "2x3x4, 4, 2x3x4",
    "2x3x4, 3x1, 2x3x4",
    "2x1x4, 3x1, 2x3x4",
    "2x3x1, 1x1x4, 2x3x4",
    "'', 2x3, 2x3",
    "'', '', ''",
    "5x1x2x1, 3x1x4, 5x3x2x4",
    "0x3, 3, 0x3"
  })
  void binaryFunctionsBroadcast(String a, String b, String out) {
    HostTensor x = noise(1, dims(a));
    HostTensor y = noise(2, dims(b));
    Shape shape = Shape.of(dims(out));
    check(run(t -> in(t, 0, x).plus(in(t, 1, y)), x, y), shape, i -> at(x, i) + at(y, i));
    check(run(t -> in(t, 0, x).minus(in(t, 1, y)), x, y), shape, i -> at(x, i) - at(y, i));
    check(run(t -> in(t, 0, x).times(in(t, 1, y)), x, y), shape, i -> at(x, i) * at(y, i));
    check(run(t -> in(t, 0, x).div(in(t, 1, y)), x, y), shape, i -> at(x, i) / at(y, i));
    check(
        run(t -> in(t, 0, x).maximum(in(t, 1, y)), x, y), shape, i -> Math.max(at(x, i), at(y, i)));
    check(
        run(t -> in(t, 0, x).minimum(in(t, 1, y)), x, y), shape, i -> Math.min(at(x, i), at(y, i)));
    check(
        run(t -> in(t, 0, x).abs().pow(in(t, 1, y)), x, y),
        shape,
        i -> Math.pow(Math.abs(at(x, i)), at(y, i)));
    check(run(t -> in(t, 0, x).less(in(t, 1, y)), x, y), shape, i -> at(x, i) < at(y, i) ? 1 : 0);
    check(
        run(t -> in(t, 0, x).less(in(t, 1, y)).where(in(t, 0, x), in(t, 1, y)), x, y),
        shape,
        i -> Math.min(at(x, i), at(y, i)));
    check(
        run(t -> t.primitive(new Op.BroadcastTo(shape), in(t, 1, y)), x, y), shape, i -> at(y, i));
  }

  @Test
  void integersAndBooleans() {
    HostTensor x = HostTensor.ofLongs(Shape.of(4), 5, -3, 12, 7);
    HostTensor y = HostTensor.ofLongs(Shape.of(4), 2, -3, 10, 9);
    Function<Function<Tensor, Function<Tensor, Tensor>>, long[]> f =
        g -> run(t -> g.apply(in(t, 0, x)).apply(in(t, 1, y)), x, y).toLongs();
    assertThat(f.apply(a -> a::plus)).containsExactly(7, -6, 22, 16);
    assertThat(f.apply(a -> a::minus)).containsExactly(3, 0, 2, -2);
    assertThat(f.apply(a -> a::times)).containsExactly(10, 9, 120, 63);
    assertThat(f.apply(a -> a::maximum)).containsExactly(5, -3, 12, 9);
    assertThat(f.apply(a -> a::minimum)).containsExactly(2, -3, 10, 7);
    assertThat(f.apply(a -> a::and)).containsExactly(0, -3, 8, 1);
    assertThat(f.apply(a -> a::xor)).containsExactly(7, 0, 6, 14);
    assertThat(f.apply(a -> a::less)).containsExactly(0, 0, 0, 1);
    assertThat(f.apply(a -> a::lessEqual)).containsExactly(0, 1, 0, 1);
    assertThat(f.apply(a -> a::equal)).containsExactly(0, 1, 0, 0);
    assertThat(f.apply(a -> b -> a.shiftRight(1))).containsExactly(2, 0x7ffffffffffffffeL, 6, 3);
    assertThat(f.apply(a -> b -> a.neg())).containsExactly(-5, 3, -12, -7);
    assertThat(f.apply(a -> b -> a.abs())).containsExactly(5, 3, 12, 7);
    assertThat(f.apply(a -> b -> a.sum())).containsExactly(21);
    HostTensor p = HostTensor.ofBooleans(Shape.of(4), true, true, false, false);
    HostTensor q = HostTensor.ofBooleans(Shape.of(4), true, false, true, false);
    Function<Function<Tensor, Function<Tensor, Tensor>>, long[]> g =
        h -> run(t -> h.apply(in(t, 0, p)).apply(in(t, 1, q)), p, q).toLongs();
    assertThat(g.apply(a -> a::and)).containsExactly(1, 0, 0, 0);
    assertThat(g.apply(a -> a::xor)).containsExactly(0, 1, 1, 0);
    assertThat(g.apply(a -> a::or)).containsExactly(1, 1, 1, 0);
    assertThat(g.apply(a -> a::equal)).containsExactly(1, 0, 0, 1);
    assertThat(g.apply(a -> b -> a.cast(DType.I64))).containsExactly(1, 1, 0, 0);
  }

  @Test
  void unaryFunctions() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(4), 0.25, 1, 2.5, 7);
    Function<Function<Tensor, Tensor>, double[]> f =
        g -> run(t -> g.apply(in(t, 0, x)), x).toDoubles();
    assertThat(f.apply(Tensor::neg)).containsExactly(-0.25, -1, -2.5, -7);
    assertThat(f.apply(t -> t.neg().abs())).containsExactly(0.25, 1, 2.5, 7);
    assertThat(f.apply(t -> t.log().exp())).containsExactly(x.toDoubles(), within(1e-14));
    assertThat(f.apply(Tensor::log)[2]).isCloseTo(0.9162907318741551, within(1e-15));
    assertThat(f.apply(Tensor::sqrt)[0]).isEqualTo(0.5);
    assertThat(f.apply(Tensor::rsqrt)[0]).isEqualTo(2);
    assertThat(f.apply(Tensor::sin)[1]).isCloseTo(0.8414709848078965, within(1e-15));
    assertThat(f.apply(Tensor::cos)[1]).isCloseTo(0.5403023058681398, within(1e-15));
    assertThat(f.apply(Tensor::tanh)[1]).isCloseTo(0.7615941559557649, within(1e-15));
    assertThat(f.apply(Tensor::erf)[1]).isCloseTo(0.8427007929497149, within(1e-15));
    assertThat(f.apply(Tensor::sigmoid)[1]).isCloseTo(0.7310585786300049, within(1e-15));
  }

  @Test
  void casts() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(4), -1.75, 0, 0.5, 3.99);
    assertThat(run(t -> in(t, 0, x).cast(DType.I64), x).toLongs()).containsExactly(-1, 0, 0, 3);
    assertThat(run(t -> in(t, 0, x).cast(DType.BOOL), x).toLongs()).containsExactly(1, 0, 1, 1);
    assertThat(run(t -> in(t, 0, x).cast(DType.F32), x).toDoubles()[3]).isEqualTo(3.99f);
    assertThat(run(t -> in(t, 0, x).cast(DType.BF16).cast(DType.F64), x).toDoubles()[3])
        .as("nothing is rounded within a graph")
        .isEqualTo(3.99);
    HostTensor n = HostTensor.ofLongs(Shape.of(3), -2, 0, 5);
    assertThat(run(t -> in(t, 0, n).cast(DType.F64), n).toDoubles()).containsExactly(-2, 0, 5);
    assertThat(run(t -> in(t, 0, n).cast(DType.BOOL), n).toLongs()).containsExactly(1, 0, 1);
  }

  @Test
  void reductions() {
    HostTensor x = noise(3, 2, 3, 4);
    check(
        run(t -> in(t, 0, x).sumKeep(1), x),
        Shape.of(2, 1, 4),
        i -> at(x, i[0], 0, i[2]) + at(x, i[0], 1, i[2]) + at(x, i[0], 2, i[2]));
    check(
        run(t -> in(t, 0, x).max(0, 1), x),
        Shape.of(4),
        i -> {
          double best = -9;
          for (int j = 0; j < 6; j++) {
            best = Math.max(best, at(x, j / 3, j % 3, i[0]));
          }
          return best;
        });
    check(
        run(t -> in(t, 0, x).sum(0, 2), x),
        Shape.of(3),
        i -> {
          double sum = 0;
          for (int j = 0; j < 8; j++) {
            sum += at(x, j / 4, i[0], j % 4);
          }
          return sum;
        });
    double all = java.util.Arrays.stream(x.toDoubles()).sum();
    check(run(t -> in(t, 0, x).sum(), x), Shape.scalar(), i -> all);
    HostTensor none = noise(1, 2, 0);
    check(run(t -> in(t, 0, none).sum(1), none), Shape.of(2), i -> 0);
  }

  @Test
  void argMaxTakesTheFirstOfEqualElements() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(2, 3), 1, 5, 5, -2, -7, -2);
    assertThat(run(t -> in(t, 0, x).argMax(1), x).toLongs()).containsExactly(1, 0);
    assertThat(run(t -> in(t, 0, x).argMax(0), x).toLongs()).containsExactly(0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void matrixProducts(boolean transposeA) {
    for (boolean transposeB : new boolean[] {false, true}) {
      for (int[] s : new int[][] {{1, 1, 1}, {5, 7, 3}, {19, 131, 18}, {2, 0, 3}, {40, 70, 33}}) {
        int k = s[1];
        HostTensor a = transposeA ? noise(1, 2, 1, k, s[0]) : noise(1, 2, 1, s[0], k);
        HostTensor b = transposeB ? noise(2, 3, s[2], k) : noise(2, 3, k, s[2]);
        check(
            run(
                t ->
                    in(t, 0, a)
                        .matmul(
                            in(t, 1, b).reshape(Shape.of(1).append(b.shape().toArray())),
                            transposeA,
                            transposeB),
                a,
                b),
            Shape.of(2, 3, s[0], s[2]),
            i -> {
              double sum = 0;
              for (int l = 0; l < k; l++) {
                sum +=
                    (transposeA ? at(a, i[0], i[1], l, i[2]) : at(a, i[0], i[1], i[2], l))
                        * (transposeB ? at(b, i[1], i[3], l) : at(b, i[1], l, i[3]));
              }
              return sum;
            });
      }
    }
  }

  @Test
  void movement() {
    HostTensor x = noise(1, 2, 3, 4);
    HostTensor y = noise(2, 2, 2, 4);
    check(
        run(t -> in(t, 0, x).permute(2, 0, 1), x), Shape.of(4, 2, 3), i -> at(x, i[1], i[2], i[0]));
    check(
        run(t -> in(t, 0, x).reshape(6, 4), x),
        Shape.of(6, 4),
        i -> at(x, i[0] / 3, i[0] % 3, i[1]));
    check(
        run(t -> in(t, 0, x).slice(1, 1, 3), x),
        Shape.of(2, 2, 4),
        i -> at(x, i[0], i[1] + 1, i[2]));
    check(run(t -> in(t, 0, x).slice(2, 2, 2), x), Shape.of(2, 3, 0), i -> 0);
    check(
        run(t -> t.concat(1, List.of(in(t, 0, x), in(t, 1, y), in(t, 0, x))), x, y),
        Shape.of(2, 8, 4),
        i ->
            i[1] < 3
                ? at(x, i[0], i[1], i[2])
                : i[1] < 5 ? at(y, i[0], i[1] - 3, i[2]) : at(x, i[0], i[1] - 5, i[2]));
    check(run(t -> t.iota(1, 2, 3, 2).cast(DType.F64), x), Shape.of(2, 3, 2), i -> i[1]);
    check(run(t -> t.fill(2.5, TensorType.of(DType.F64, 2, 2)), x), Shape.of(2, 2), i -> 2.5);
    check(run(t -> t.constant(y), x), y.shape(), i -> at(y, i));
    check(run(t -> in(t, 0, x).stopGradient().after(in(t, 1, y)), x, y), x.shape(), i -> at(x, i));
  }

  @Test
  void gathersAndScatters() {
    HostTensor table = noise(1, 4, 3);
    HostTensor index = HostTensor.ofLongs(Shape.of(2, 2), 3, 0, 3, 1);
    check(
        run(t -> in(t, 0, table).gather(in(t, 1, index)), table, index),
        Shape.of(2, 2, 3),
        i -> at(table, (int) at(index, i[0], i[1]), i[2]));
    HostTensor updates = noise(2, 2, 2, 3);
    check(
        run(t -> in(t, 0, updates).scatterAdd(in(t, 1, index), 5), updates, index),
        Shape.of(5, 3),
        i -> {
          double sum = 0;
          for (int j = 0; j < 4; j++) {
            sum += index.getLong(j) == i[0] ? at(updates, j / 2, j % 2, i[1]) : 0;
          }
          return sum;
        });
    HostTensor start = HostTensor.ofLongs(Shape.scalar(), 1);
    HostTensor x = noise(3, 2, 4, 3);
    check(
        run(t -> in(t, 0, x).updateSlice(1, in(t, 1, updates), in(t, 2, start)), x, updates, start),
        x.shape(),
        i -> i[1] == 0 || i[1] == 3 ? at(x, i) : at(updates, i[0], i[1] - 1, i[2]));
  }

  @Test
  void refusesIndicesOutOfRange() {
    HostTensor table = noise(1, 4, 3);
    for (long bad : new long[] {-1, 4}) {
      HostTensor index = HostTensor.ofLongs(Shape.of(1), bad);
      Assertions.assertThatExceptionOfType(GraftException.class)
          .isThrownBy(
              () ->
                  run(
                      t -> t.at("embed", () -> in(t, 0, table).gather(in(t, 1, index))),
                      table,
                      index))
          .withMessageContaining("embed: gather")
          .withMessageContaining("received " + bad);
    }
    HostTensor x = noise(3, 4);
    HostTensor u = noise(3, 2);
    HostTensor start = HostTensor.ofLongs(Shape.scalar(), 3);
    Assertions.assertThatExceptionOfType(GraftException.class)
        .isThrownBy(
            () -> run(t -> in(t, 0, x).updateSlice(0, in(t, 1, u), in(t, 2, start)), x, u, start))
        .withMessageContaining("0…2");
  }
}
