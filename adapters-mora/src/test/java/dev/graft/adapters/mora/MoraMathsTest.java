package dev.graft.adapters.mora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.adapters.mora.MoraConfig.Coverage;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import dev.graft.graph.Gradients;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The traced maths, run in float64, against the definition by loops and against the authors' code.
 */
class MoraMathsTest {
  private static final int ROWS = 3;
  private static final int SHAPES = 150;
  private static final long SEED = 5;

  private static SquareMap map(MoraType type, Coverage coverage, int side, int d, int k) {
    return type == MoraType.ROTATION
        ? new Rotation(coverage, side, d, k)
        : new Sharing(type.groupsInput(), type.groupsOutput(), side, d, k);
  }

  /** ΔW [k, d] by the definition: every element of M is added where it stands. */
  private static double[][] expected(MoraType type, Coverage coverage, double[][] m, int d, int k) {
    double[][] w = new double[k][d];
    int side = m.length;
    if (type != MoraType.ROTATION) {
      int padded = type.groupsInput() ? d : (d + side - 1) / side * side;
      for (int row = 0; row < k; row++) {
        int from = type.groupsOutput() ? group(row, k, side) : row % side;
        for (int column = 0; column < padded; column++) {
          int at = type.groupsInput() ? group(column, d, side) : column % side;
          w[row][column % d] += m[from][at];
        }
      }
      return w;
    }
    int inputs = (d + side - 1) / side;
    int outputs = (k + side - 1) / side;
    double[][] blocks = new double[Math.min(inputs, outputs) * side][d];
    for (int b = 0; b < inputs; b++) {
      if (b >= outputs && coverage == Coverage.REFERENCE) {
        continue;
      }
      int to = b < outputs ? b : (b - outputs) % Math.max(1, k / side);
      for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
          double angle = b * Math.pow(10000, -2.0 * (j % (side / 2)) / side);
          // Input j turns into output j by the cosine, and into its partner by the sine.
          boolean low = j < side / 2;
          double partner = low ? m[i][j + side / 2] : -m[i][j - side / 2];
          blocks[to * side + i][(b * side + j) % d] +=
              m[i][j] * Math.cos(angle) + partner * Math.sin(angle);
        }
      }
    }
    for (int row = 0; row < k; row++) {
      w[row] = blocks[row % blocks.length].clone();
    }
    return w;
  }

  /** The group of an element where the first groups are the longer ones. */
  private static int group(int element, int elements, int groups) {
    int left = element;
    for (int g = 0; g < groups; g++) {
      int length = elements / groups + (g < elements % groups ? 1 : 0);
      if (left < length) {
        return g;
      }
      left -= length;
    }
    throw new AssertionError(element);
  }

  private static Map<String, double[]> run(Trace trace, Map<String, HostTensor> values) {
    Graph graph = trace.build();
    Map<String, HostTensor> inputs = new HashMap<>();
    graph.inputs().forEach((key, type) -> inputs.put(key, get(values, key)));
    Map<String, double[]> out = new HashMap<>();
    try (Backend backend = new ReferenceProvider().open(new ReferenceConfig());
        Executable executable = backend.compile(Expansion.expand(graph, Set.of()))) {
      executable.run(inputs).forEach((key, value) -> out.put(key, value.toDoubles()));
    }
    return out;
  }

  private static <V> V get(Map<String, V> values, String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  private static HostTensor normal(Random random, int... dims) {
    return HostTensor.generate(DType.F32, Shape.of(dims), i -> random.nextGaussian());
  }

  private static double[][] matrix(HostTensor t) {
    double[][] out = new double[t.shape().dim(0)][t.shape().dim(1)];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = t.get((long) i * out[i].length + j);
      }
    }
    return out;
  }

  private static double[] flat(double[][] m) {
    return Arrays.stream(m).flatMapToDouble(Arrays::stream).toArray();
  }

  /** y + x·Wᵀ. */
  private static double[] applied(HostTensor y, HostTensor x, double[][] w) {
    double[] out = y.toDoubles();
    for (int n = 0; n < x.shape().dim(0); n++) {
      for (int o = 0; o < w.length; o++) {
        for (int i = 0; i < w[o].length; i++) {
          out[n * w.length + o] += x.get((long) n * w[o].length + i) * w[o][i];
        }
      }
    }
    return out;
  }

  /** ‖a − b‖ / ‖b‖. */
  private static double distance(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }

  /** A random extent: small ones often, so that every relation to the side of M occurs. */
  private static int extent(Random random) {
    return 1 + random.nextInt(random.nextBoolean() ? 8 : 60);
  }

  @ParameterizedTest
  @EnumSource
  void applyingAndMergingAreTheDefinitionForEveryShape(MoraType type) {
    Random random = new Random(SEED);
    int narrowInput = 0;
    int veryNarrowInput = 0;
    int narrowOutput = 0;
    int moreInputs = 0;
    int uneven = 0;
    for (int i = 0; i < SHAPES; i++) {
      int side = extent(random);
      side = type == MoraType.ROTATION ? 2 * side : side;
      int d = extent(random);
      int k = extent(random);
      narrowInput += d < side ? 1 : 0;
      veryNarrowInput += 2 * d < side ? 1 : 0;
      narrowOutput += k < side ? 1 : 0;
      moreInputs += (d + side - 1) / side > (k + side - 1) / side ? 1 : 0;
      uneven += d % side != 0 && k % side != 0 && d > side && k > side ? 1 : 0;
      for (Coverage coverage : Coverage.values()) {
        Map<String, HostTensor> v =
            Map.of(
                "x", normal(random, ROWS, d),
                "y", normal(random, ROWS, k),
                "m", normal(random, side, side));
        Trace t = new Trace("mora");
        Tensor m = t.input("m", DType.F32, side, side);
        Tensor y = t.input("y", DType.F32, ROWS, k);
        SquareMap map = map(type, coverage, side, d, k);
        t.output("added", map.added(y, t.input("x", DType.F32, ROWS, d), m).cast(DType.F64));
        t.output("change", map.change(m).cast(DType.F64));
        Map<String, double[]> out = run(t, v);
        String what = map + ", seed " + SEED;
        double[][] w = expected(type, coverage, matrix(get(v, "m")), d, k);
        assertThat(distance(get(out, "change"), flat(w))).as(what).isLessThan(1e-12);
        double[] added = applied(get(v, "y"), get(v, "x"), w);
        assertThat(distance(get(out, "added"), added)).as(what).isLessThan(1e-12);
      }
    }
    for (int seen : new int[] {narrowInput, veryNarrowInput, narrowOutput, moreInputs, uneven}) {
      assertThat(seen).as("shapes of each kind").isGreaterThan(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theRankIsThatOfTheFormula(MoraType type) {
    Random random = new Random(SEED);
    for (int i = 0; i < SHAPES; i++) {
      int side = type == MoraType.ROTATION ? 2 * (1 + random.nextInt(10)) : extent(random);
      int d = extent(random);
      int k = extent(random);
      HostTensor m = normal(random, side, side);
      Trace t = new Trace("rank");
      SquareMap map = map(type, Coverage.FULL, side, d, k);
      t.output("change", map.change(t.input("m", DType.F32, side, side)).cast(DType.F64));
      double[] change = get(run(t, Map.of("m", m)), "change");
      int narrow = Math.min(d, k);
      assertThat(rank(change, k, d))
          .as("%s, seed %s", map, SEED)
          .isEqualTo(type == MoraType.ROTATION ? narrow : Math.min(side, narrow));
    }
  }

  /** Gaussian elimination with complete pivoting. */
  private static int rank(double[] flat, int rows, int columns) {
    double[][] a = new double[rows][];
    for (int i = 0; i < rows; i++) {
      a[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
    }
    for (int step = 0; step < Math.min(rows, columns); step++) {
      int row = step;
      int column = step;
      for (int i = step; i < rows; i++) {
        for (int j = step; j < columns; j++) {
          if (Math.abs(a[i][j]) > Math.abs(a[row][column])) {
            row = i;
            column = j;
          }
        }
      }
      if (Math.abs(a[row][column]) < 1e-9) {
        return step;
      }
      double[] pivot = a[row];
      a[row] = a[step];
      a[step] = pivot;
      for (double[] r : a) {
        double swapped = r[column];
        r[column] = r[step];
        r[step] = swapped;
      }
      for (int i = step + 1; i < rows; i++) {
        double factor = a[i][step] / pivot[step];
        for (int j = step; j < columns; j++) {
          a[i][j] -= factor * pivot[j];
        }
      }
    }
    return Math.min(rows, columns);
  }

  /** 512 → 128 at r = 8: the authors' code uses 144 of 512 columns. */
  @Test
  void fullCoverageUsesEveryColumn() {
    HostTensor m = normal(new Random(SEED), 72, 72);
    for (Coverage coverage : Coverage.values()) {
      Trace t = new Trace("coverage");
      SquareMap map = new Rotation(coverage, 72, 512, 128);
      t.output("change", map.change(t.input("m", DType.F32, 72, 72)));
      double[] change = get(run(t, Map.of("m", m)), "change");
      int used = 0;
      for (int column = 0; column < 512; column++) {
        boolean nonZero = false;
        for (int row = 0; row < 128; row++) {
          nonZero |= change[row * 512 + column] != 0;
        }
        used += nonZero ? 1 : 0;
      }
      assertThat(used).as("%s", coverage).isEqualTo(coverage == Coverage.FULL ? 512 : 144);
    }
  }

  /** In the authors' code the second adapter turns by the first one's angles. */
  @Test
  void adaptersOfOneLayerTurnByTheirOwnAngles() {
    Random random = new Random(SEED);
    int d = 20;
    int k = 30;
    Map<String, HostTensor> v =
        Map.of(
            "x", normal(random, ROWS, d),
            "y", normal(random, ROWS, k),
            "m4", normal(random, 4, 4),
            "m6", normal(random, 6, 6));
    Trace t = new Trace("two");
    Tensor x = t.input("x", DType.F32, ROWS, d);
    Tensor y = t.input("y", DType.F32, ROWS, k);
    Tensor first = new Rotation(Coverage.FULL, 4, d, k).added(y, x, t.input("m4", DType.F32, 4, 4));
    Tensor both =
        new Rotation(Coverage.FULL, 6, d, k).added(first, x, t.input("m6", DType.F32, 6, 6));
    t.output("both", both.cast(DType.F64));
    double[][] w4 = expected(MoraType.ROTATION, Coverage.FULL, matrix(get(v, "m4")), d, k);
    double[][] w6 = expected(MoraType.ROTATION, Coverage.FULL, matrix(get(v, "m6")), d, k);
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < d; j++) {
        w4[i][j] += w6[i][j];
      }
    }
    assertThat(distance(get(run(t, v), "both"), applied(get(v, "y"), get(v, "x"), w4)))
        .isLessThan(1e-12);
  }

  @ParameterizedTest
  @EnumSource
  void computesInTheDtypeOfTheSite(MoraType type) {
    for (int k : new int[] {5, 30}) {
      Trace t = new Trace("bf16");
      Tensor x = t.input("x", DType.BF16, ROWS, 15);
      Tensor y = t.input("y", DType.BF16, ROWS, k);
      Tensor added = map(type, Coverage.FULL, 4, 15, k).added(y, x, t.input("m", DType.F32, 4, 4));
      assertThat(added.type()).isEqualTo(y.type());
      t.output("added", added.cast(DType.F64));
      Random random = new Random(SEED);
      HostTensor m = normal(random, 4, 4);
      HostTensor vx = normal(random, ROWS, 15).cast(DType.BF16);
      HostTensor vy = normal(random, ROWS, k).cast(DType.BF16);
      double[] expected = applied(vy, vx, expected(type, Coverage.FULL, matrix(m), 15, k));
      double[] actual = get(run(t, Map.of("x", vx, "y", vy, "m", m)), "added");
      assertThat(distance(actual, expected)).isLessThan(1e-2);
    }
  }

  static Stream<String> unitCases() {
    return Unit.FILE.keySet().stream()
        .filter(name -> name.endsWith(".M"))
        .map(name -> name.substring(0, name.length() - 2))
        .sorted();
  }

  /** The values of the authors' code, torch 2.15.0, float32: input, output and gradients. */
  @ParameterizedTest
  @MethodSource("unitCases")
  void agreesWithTheAuthorsCode(String name) {
    HostTensor x = Unit.get(name, "x");
    HostTensor y = Unit.get(name, "y");
    HostTensor m = Unit.get(name, "M");
    int d = x.shape().dim(1);
    int k = y.shape().dim(1);
    MoraType type = name.endsWith("type6") ? MoraType.ROTATION : MoraType.SHARING_STRIDED;
    SquareMap map = map(type, Coverage.REFERENCE, m.shape().dim(0), d, k);
    Trace t = new Trace(name);
    Tensor tx = t.input("x", x.type());
    Tensor tm = t.input("m", m.type());
    Tensor added = map.added(t.zeros(y.type()), tx, tm);
    t.output("y", added);
    t.output("delta", map.change(tm));
    Tensor loss = added.times(t.input("gy", y.type())).sum();
    List<Tensor> gradients = Gradients.of(loss, List.of(tm, tx));
    t.output("grad_M", gradients.get(0));
    t.output("grad_x", gradients.get(1));
    Map<String, double[]> out = run(t, Map.of("x", x, "m", m, "gy", Unit.get(name, "gy")));
    assertThat(out).hasSize(4);
    out.forEach(
        (key, value) ->
            assertThat(distance(value, Unit.get(name, key).toDoubles())).as(key).isLessThan(1e-6));
  }

  @Test
  void theAuthorsCasesAreThere() {
    assertThat(unitCases()).hasSizeGreaterThanOrEqualTo(10).anyMatch(n -> n.endsWith("type1"));
    assertThat(unitCases()).anyMatch(n -> n.endsWith("type6"));
  }
}
