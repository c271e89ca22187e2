package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Softmax;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What a backend has to do, as tests: extend this class and say how the backend is opened. Every
 * primitive and every composite is compared with the float64 reference engine in every floating
 * dtype that the backend declares; composites that it fuses are run whole and expanded. What it
 * does not declare it must refuse. Nothing is skipped by a backend's name.
 *
 * <p>If a backend passes, Graft works on it; where it passes and Graft does not work, the kit is at
 * fault and gets a new test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {
  private static final int LEAK_RUNS = 80;
  private static final int LEAK_WIDTH = 512;

  private final Backend reference = new ReferenceProvider().open(new ReferenceConfig());
  private final List<Backend> opened = new ArrayList<>();

  /** Made by JUnit. */
  protected BackendConformance() {}

  /** The provider under test. */
  protected abstract BackendProvider<?> provider();

  /** Opens the backend under test, in the configuration under test. */
  protected abstract Backend open();

  /**
   * Bytes of memory that the backend's device uses now. The default is the resident memory of this
   * process where the system tells it, else the memory of the JVM; a backend on another device
   * overrides it.
   */
  protected long memoryInUse() {
    Path statm = Path.of("/proc/self/statm");
    if (Files.isReadable(statm)) {
      try {
        return Long.parseLong(Files.readString(statm, StandardCharsets.US_ASCII).split(" ", 3)[1])
            * 4096;
      } catch (IOException e) {
        throw new IllegalStateException("expected to read " + statm, e);
      }
    }
    return javaMemory();
  }

  /**
   * Bytes of the heap and of direct buffers. Counted beside resident memory, in which a heap that
   * shrinks at the right moment hides host copies that are kept.
   */
  private static long javaMemory() {
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return direct + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @BeforeAll
  final void openBackend() {
    opened.add(open());
  }

  @AfterAll
  final void closeBackends() {
    opened.forEach(Backend::close);
    reference.close();
  }

  /** The backend that the tests of operations share. */
  private Backend shared() {
    return opened.get(0);
  }

  /** Runs a test on a backend of its own. */
  private void with(Consumer<Backend> test) {
    try (Backend b = open()) {
      test.accept(b);
    }
  }

  private Capabilities capabilities() {
    return shared().capabilities();
  }

  private List<DType> floatingTypes() {
    return capabilities().dtypes().stream().filter(DType::isFloating).sorted().toList();
  }

  private static List<OpCase> cases() {
    List<OpCase> out = new ArrayList<>(PrimitiveCases.all());
    out.addAll(CompositeCases.all());
    return out;
  }

  private static Map<String, HostTensor> run(
      Backend b, Graph graph, Map<String, HostTensor> inputs) {
    try (Executable e = Expansion.compile(b, graph)) {
      return e.run(inputs);
    }
  }

  // ---------------------------------------------------------------- what it says of itself

  @Test
  final void theProviderAndTheCapabilitiesAreInOrder() {
    assertThat(provider().name())
        .as("the provider's name is kebab-case")
        .matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    assertThat(provider().configType().isRecord()).as("the configuration is a record").isTrue();
    Availability available = provider().availability();
    assertThat(available.usable()).as("usable, since it opened: %s", available.detail()).isTrue();
    assertThat(available.detail()).as("the availability's detail").isNotBlank();
    assertThat(available.devices()).as("the devices").isNotEmpty();
    Capabilities c = capabilities();
    assertThat(c.device()).as("the device").isNotBlank();
    assertThat(c.dtypes()).as("the dtypes").contains(DType.F32, DType.I64, DType.BOOL);
    assertThat(c.dtypes()).as("f16 is a storage type of files").doesNotContain(DType.F16);
    assertThat(c.maxVariableBytes()).as("the largest variable").isGreaterThanOrEqualTo(1 << 20);
  }

  // ---------------------------------------------------------------- operations

  @TestFactory
  final Stream<DynamicNode> operations() {
    List<DynamicNode> out = new ArrayList<>();
    for (DType d : floatingTypes()) {
      out.add(
          DynamicContainer.dynamicContainer(
              d.toString(),
              cases().stream()
                  .filter(c -> !c.is(OpCase.Trait.ONE_DTYPE))
                  .flatMap(c -> forms(c, d))));
    }
    out.add(
        DynamicContainer.dynamicContainer(
            "i64 and bool",
            cases().stream()
                .filter(c -> c.is(OpCase.Trait.ONE_DTYPE))
                .flatMap(c -> forms(c, DType.F32))));
    return out.stream();
  }

  /** The case as the backend asks for it and, where that holds fused composites, expanded. */
  private Stream<DynamicTest> forms(OpCase c, DType d) {
    Set<String> fused = capabilities().fused();
    boolean whole = !Expansion.expand(c.trace(d).build(), fused).composites().isEmpty();
    DynamicTest expanded =
        DynamicTest.dynamicTest(
            whole ? c.name() + ", expanded" : c.name(), () -> check(c, d, Set.of()));
    return whole
        ? Stream.of(
            DynamicTest.dynamicTest(c.name() + ", fused", () -> check(c, d, fused)), expanded)
        : Stream.of(expanded);
  }

  private void check(OpCase c, DType d, Set<String> fused) {
    CaseTrace traced = c.trace(d);
    Map<String, HostTensor> actual;
    try (Executable e = shared().compile(Expansion.expand(traced.build(), fused))) {
      actual = e.run(traced.feed());
    }
    CaseTrace oracle = c.reference(d);
    Map<String, HostTensor> expected;
    try (Executable e = reference.compile(Expansion.expand(oracle.build(), Set.of()))) {
      expected = e.run(oracle.feed());
    }
    for (int i = 0; i < traced.outputs().size(); i++) {
      String what = c.name() + " in " + d + ", " + traced.label(i);
      TensorType type = traced.outputs().get(i).type();
      HostTensor a = Comparison.output(actual, "y" + i);
      if (c.is(OpCase.Trait.FINITE_ONLY)) {
        Comparison.finite(what, a, type);
      } else {
        Comparison.close(what, a, type, Comparison.output(expected, "y" + i), c.tolerance(), d);
      }
    }
  }

  @TestFactory
  final Stream<DynamicTest> casts() {
    List<DType> types = capabilities().dtypes().stream().sorted().toList();
    return types.stream()
        .flatMap(
            from ->
                types.stream()
                    .map(
                        to ->
                            DynamicTest.dynamicTest(
                                from + " to " + to, () -> castsExactly(from, to))));
  }

  private void castsExactly(DType from, DType to) {
    double[] values = {-3.75, -1, -0.5, 0, 0.1, 0.5, 1, 1 + 0x1p-8, 1 + 3 * 0x1p-8, 2.9, 1e5, -77};
    HostTensor x = HostTensor.generate(DType.F32, Shape.of(3, 4), i -> values[(int) i]).cast(from);
    Trace t = new Trace("cast");
    Tensor in = t.input("x", x.type());
    t.output("y", t.primitive(new Op.Cast(to), in));
    HostTensor expected = // truncation towards zero, x ≠ 0, or rounding to nearest even
        HostTensor.generate(to, x.shape(), i -> to == DType.I64 ? (long) x.get(i) : x.get(i));
    HostTensor y = Comparison.output(run(shared(), t.build(), Map.of("x", x)), "y");
    Comparison.same("cast of " + from + " to " + to, y, expected);
  }

  @Test
  final void noiseIsThatOfTheDefinitionBitForBit() {
    long seed = (3L << 33) + 5;
    Trace t = new Trace("noise");
    Tensor key = t.input("key", DType.I64, 3);
    t.output("y", Uniform.of(key, "model.layers.7.mlp", Shape.of(40, 25)));
    Graph graph = t.build();
    for (Set<String> fused : List.of(capabilities().fused(), Set.<String>of())) {
      try (Executable e = shared().compile(Expansion.expand(graph, fused))) {
        for (long step = 0; step < 3; step++) {
          HostTensor keyValue = HostTensor.ofLongs(Shape.of(3), seed, step, 2);
          HostTensor y = Comparison.output(e.run(Map.of("key", keyValue)), "y");
          long at = step;
          long site = Noise.site("model.layers.7.mlp");
          HostTensor expected =
              HostTensor.generate(
                  DType.F32, Shape.of(40, 25), i -> Noise.uniform(seed, at, 2, site, i));
          Comparison.same("uniform noise at step " + step, y, expected);
        }
      }
    }
  }

  // ---------------------------------------------------------------- declared and not declared

  private static Set<String> composites(Graph g) {
    Set<String> out = new LinkedHashSet<>();
    g.nodes().stream()
        .filter(n -> n.op() instanceof Composite)
        .forEach(n -> out.add(n.op().name()));
    return out;
  }

  @Test
  final void everyFusedCompositeIsOneThatTheKitProves() {
    Set<String> proved = new TreeSet<>();
    cases().forEach(c -> proved.addAll(composites(c.trace(DType.F32).build())));
    assertThat(proved)
        .as("the composites that the kit proves hold all that the backend declares as fused")
        .containsAll(capabilities().fused());
  }

  @Test
  final void compositesThatAreNotDeclaredAreRefused() {
    Set<String> fused = capabilities().fused();
    Set<String> done = new TreeSet<>();
    for (OpCase c : cases()) {
      Graph graph = c.trace(DType.F32).build();
      for (String name : composites(graph)) {
        if (!fused.contains(name) && done.add(name)) {
          Set<String> kept = new TreeSet<>(fused);
          kept.add(name);
          Graph whole = Expansion.expand(graph, kept);
          Comparison.refused(
              "a graph with the composite " + name + ", which is not among fused()",
              ErrorCode.BACKEND_UNSUPPORTED,
              () -> shared().compile(whole).close());
        }
      }
    }
  }

  @Test
  final void dtypesThatAreNotDeclaredAreRefused() {
    for (DType d : DType.values()) {
      if (capabilities().dtypes().contains(d)) {
        continue;
      }
      String what = d + ", which is not among dtypes(), ";
      HostTensor value = HostTensor.generate(d, Shape.of(2), i -> i);
      with(
          b ->
              Comparison.refused(
                  what + "for a variable",
                  ErrorCode.BACKEND_UNSUPPORTED,
                  () -> b.write("v", value.cast(DType.F32), d)));
      Trace in = new Trace("input");
      in.output("y", in.input("x", value.type()));
      with(
          b ->
              Comparison.refused(
                  what + "as an input",
                  ErrorCode.BACKEND_UNSUPPORTED,
                  () -> b.compile(in.build()).close()));
      Trace constant = new Trace("constant");
      constant.output("y", constant.constant(value));
      with(
          b ->
              Comparison.refused(
                  what + "as a constant",
                  ErrorCode.BACKEND_UNSUPPORTED,
                  () -> b.compile(constant.build()).close()));
      if (d != DType.F16) {
        Trace cast = new Trace("cast");
        cast.output("y", cast.input("x", DType.F32, 2).cast(d).cast(DType.F32));
        with(
            b ->
                Comparison.refused(
                    what + "within a graph",
                    ErrorCode.BACKEND_UNSUPPORTED,
                    () -> b.compile(cast.build()).close()));
      }
    }
  }

  // ---------------------------------------------------------------- variables

  @TestFactory
  final Stream<DynamicTest> variablesKeepTheirBits() {
    return capabilities().dtypes().stream()
        .sorted()
        .map(d -> DynamicTest.dynamicTest(d.toString(), () -> with(b -> roundTrip(b, d))));
  }

  private static void roundTrip(Backend b, DType d) {
    double[] special =
        d.isFloating()
            ? new double[] {
              0,
              -0.0,
              1,
              -1.5,
              0x1p-120,
              0x1p-133,
              1e38,
              Double.POSITIVE_INFINITY,
              Double.NEGATIVE_INFINITY,
              Double.NaN
            }
            : d == DType.BOOL ? new double[] {1, 0, 0, 1} : new double[] {-7, 0, 1, 1 << 30};
    for (Shape shape :
        List.of(Shape.scalar(), Shape.of(3), Shape.of(2, 0, 3), Shape.of(2, 3, 2, 4))) {
      HostTensor value =
          HostTensor.generate(d, shape, i -> special[(int) ((i * 7 + 1) % special.length)]);
      String name = "model.layers.0.self_attn.q_proj/weight " + shape;
      b.write(name, value, d);
      Comparison.same("a " + d + " variable written and read", b.read(name), value);
    }
    if (d == DType.I64) {
      HostTensor large = HostTensor.ofLongs(Shape.of(2), Long.MAX_VALUE, (1L << 53) + 1);
      b.write("large", large, d);
      Comparison.same("a variable of large integers", b.read("large"), large);
    }
  }

  @Test
  final void variablesAreStoredRoundedToNearestEven() {
    with(
        b -> {
          double[] ties = { // neighbours of bf16 lie 2⁻⁷ apart around 1, those of f16 2⁻¹⁰
            1 + 0x1p-8,
            1 + 3 * 0x1p-8,
            1 + 0x1p-8 + 0x1p-20,
            1 + 3 * 0x1p-8 - 0x1p-20,
            -1 - 0x1p-8,
            -1 - 3 * 0x1p-8,
            0x1p-24,
            65504,
            -0.0,
            3.3e38,
            1e-40,
            255.5
          };
          HostTensor f32 =
              HostTensor.generate(DType.F32, Shape.of(ties.length), i -> ties[(int) i]);
          double[] small = {1 + 0x1p-10, 65504, 0x1p-24, -0x1p-14, 0, -3.5, 0.333251953125, 1};
          HostTensor f16 =
              HostTensor.generate(DType.F16, Shape.of(small.length), i -> small[(int) i]);
          for (HostTensor from : List.of(f32, f32.cast(DType.F64), f32.cast(DType.BF16), f16)) {
            for (DType to : floatingTypes()) {
              b.write(from.dtype() + " as " + to, from, to);
              Comparison.same(
                  "a variable written as " + from.dtype() + " and stored as " + to,
                  b.read(from.dtype() + " as " + to),
                  from.cast(to));
            }
          }
        });
  }

  @Test
  final void variablesAreReadFromAnyBuffer() {
    with(
        b -> {
          ByteBuffer bytes = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < 6; i++) {
            bytes.putFloat(3 + 4 * i, i - 2.5f);
          }
          bytes.position(3).limit(3 + 24);
          HostTensor odd =
              HostTensor.wrap(TensorType.of(DType.F32, 2, 3), bytes.asReadOnlyBuffer());
          HostTensor plain =
              HostTensor.ofFloats(Shape.of(2, 3), -2.5f, -1.5f, -.5f, .5f, 1.5f, 2.5f);
          b.write("odd", odd, DType.F32);
          Comparison.same("a variable from an unaligned buffer", b.read("odd"), plain);
          byte[] array = new byte[24];
          plain.bytes().get(array);
          HostTensor heap = HostTensor.wrap(TensorType.of(DType.F32, 2, 3), ByteBuffer.wrap(array));
          b.write("heap", heap, DType.F32);
          Arrays.fill(array, (byte) 0);
          Comparison.same("a variable from a heap buffer, a copy", b.read("heap"), plain);
          Trace t = new Trace("neg");
          t.output("y", t.input("x", DType.F32, 2, 3).neg().neg());
          HostTensor y = Comparison.output(run(b, t.build(), Map.of("x", odd)), "y");
          Comparison.same("an input from an unaligned buffer", y, plain);
        });
  }

  @Test
  final void updatesSeeTheValuesFromBeforeTheRun() {
    with(
        b -> {
          HostTensor one = HostTensor.ofFloats(Shape.of(2), 1, 2);
          HostTensor two = HostTensor.ofFloats(Shape.of(2), 30, 40);
          b.write("model.a", one, DType.F32);
          b.write("model.b", two, DType.F32);
          b.write("model.sum", one, DType.F32);
          Trace t = new Trace("swap");
          Tensor a = t.variable("model.a", one.type());
          Tensor v = t.variable("model.b", one.type());
          t.update("model.a", v);
          t.update("model.b", a);
          t.update("model.sum", a.plus(v));
          t.output("a", a);
          t.output("difference", v.minus(a));
          try (Executable e = b.compile(t.build())) {
            Map<String, HostTensor> first = e.run(Map.of());
            Comparison.same("a variable as an output", Comparison.output(first, "a"), one);
            Comparison.same("after a swap, model.a", b.read("model.a"), two);
            Comparison.same("after a swap, model.b", b.read("model.b"), one);
            HostTensor sum = HostTensor.ofFloats(Shape.of(2), 31, 42);
            Comparison.same("an update from old values", b.read("model.sum"), sum);
            Map<String, HostTensor> second = e.run(Map.of());
            Comparison.same("the second run reads", Comparison.output(second, "a"), two);
            Comparison.same(
                "the second run computes",
                Comparison.output(second, "difference"),
                HostTensor.ofFloats(Shape.of(2), -29, -38));
            Comparison.same(
                "an output of the first run, after the second", Comparison.output(first, "a"), one);
            Comparison.same("swapped twice, model.a", b.read("model.a"), one);
            HostTensor fresh = HostTensor.ofFloats(Shape.of(2), 5, 6);
            b.write("model.a", fresh, DType.F32);
            Comparison.same(
                "a value written between runs", Comparison.output(e.run(Map.of()), "a"), fresh);
          }
        });
  }

  /** A cache as generation has it: one row is written per run, at an index given at run time. */
  @Test
  final void slicesAreUpdatedAtARunTimeIndex() {
    for (boolean readsOld : new boolean[] {false, true}) {
      with(
          b -> {
            Trace t = new Trace("cache");
            TensorType type = TensorType.of(DType.F32, 2, 3, 2);
            Tensor cache = t.variable("cache", type);
            Tensor row = t.input("row", DType.F32, 2, 1, 2);
            Tensor next = cache.updateSlice(1, row, t.input("at", DType.I64));
            t.update("cache", next);
            t.output("new", next.neg());
            if (readsOld) {
              t.output("old", cache.neg());
            }
            float[] values = new float[12];
            Arrays.fill(values, 1);
            b.write("cache", HostTensor.ofFloats(type.shape(), values), DType.F32);
            HostTensor written = HostTensor.ofFloats(Shape.of(2, 1, 2), 5, 6, 7, 8);
            try (Executable e = b.compile(t.build())) {
              for (int at = 0; at < 3; at++) {
                HostTensor old = HostTensor.ofFloats(type.shape(), values.clone());
                System.arraycopy(new float[] {5, 6}, 0, values, 2 * at, 2);
                System.arraycopy(new float[] {7, 8}, 0, values, 6 + 2 * at, 2);
                HostTensor now = HostTensor.ofFloats(type.shape(), values.clone());
                Map<String, HostTensor> out =
                    e.run(Map.of("row", written, "at", HostTensor.ofLongs(Shape.scalar(), at)));
                Comparison.same("the updated cache", Comparison.output(out, "new"), negated(now));
                Comparison.same("the cache after the run", b.read("cache"), now);
                if (readsOld) {
                  Comparison.same(
                      "the cache before the run", Comparison.output(out, "old"), negated(old));
                }
              }
              HostTensor before = b.read("cache");
              Comparison.refused(
                  "an update that does not fit",
                  ErrorCode.BACKEND_FAILED,
                  () -> e.run(Map.of("row", written, "at", HostTensor.ofLongs(Shape.scalar(), 3))));
              Comparison.same("the cache after a failed run", b.read("cache"), before);
            }
          });
    }
  }

  @Test
  final void sumsAccumulateOverRuns() {
    with(
        b -> {
          Trace t = new Trace("accumulate");
          TensorType type = TensorType.of(DType.F32, 2);
          Tensor sum = t.variable("sum", type);
          Tensor next = t.input("x", type).plus(sum);
          t.update("sum", next);
          t.output("doubled", next.times(2));
          b.write("sum", HostTensor.ofFloats(Shape.of(2), 0, 0), DType.F32);
          try (Executable e = b.compile(t.build())) {
            e.run(Map.of("x", HostTensor.ofFloats(Shape.of(2), 1, 2)));
            Map<String, HostTensor> out =
                e.run(Map.of("x", HostTensor.ofFloats(Shape.of(2), 3, 5)));
            Comparison.same(
                "twice the sum",
                Comparison.output(out, "doubled"),
                HostTensor.ofFloats(Shape.of(2), 8, 14));
          }
          Comparison.same("a sum over runs", b.read("sum"), HostTensor.ofFloats(Shape.of(2), 4, 7));
        });
  }

  @Test
  final void oneSumMayBeTheNewValueOfBothItsOperands() {
    with(
        b -> {
          TensorType type = TensorType.of(DType.F32, 2);
          b.write("left", HostTensor.ofFloats(Shape.of(2), 1, 2), DType.F32);
          b.write("right", HostTensor.ofFloats(Shape.of(2), 30, 40), DType.F32);
          Trace t = new Trace("both");
          Tensor sum = t.variable("left", type).plus(t.variable("right", type));
          t.update("left", sum);
          t.update("right", sum);
          try (Executable e = b.compile(t.build())) {
            e.run(Map.of());
            e.run(Map.of());
          }
          HostTensor expected = HostTensor.ofFloats(Shape.of(2), 62, 84);
          Comparison.same("the left variable", b.read("left"), expected);
          Comparison.same("the right variable", b.read("right"), expected);
        });
  }

  /** Whatever memory a new value came from, changing one variable in place changes no other. */
  @Test
  final void variablesNeverShareMemory() {
    with(
        b -> {
          TensorType type = TensorType.of(DType.F32, 2);
          Trace t = new Trace("alias");
          Tensor x = t.input("x", type);
          t.update("a", x);
          t.update("b", x);
          t.update("c", t.constant(HostTensor.ofFloats(Shape.of(2), 7, 8)));
          Tensor d = x.plus(1);
          t.update("d", d);
          t.update("e", d.reshape(2, 1).reshape(2));
          try (Executable e = b.compile(t.build())) {
            e.run(Map.of("x", HostTensor.ofFloats(Shape.of(2), 1, 2)));
            System.gc();
          }
          List<String> keys = List.of("a", "b", "c", "d", "e");
          Trace u = new Trace("add");
          keys.forEach(
              k ->
                  u.update(k, u.variable(k, type).plus(u.input("x", type).times(keys.indexOf(k)))));
          try (Executable e = b.compile(u.build())) {
            e.run(Map.of("x", HostTensor.ofFloats(Shape.of(2), 10, 100)));
          }
          float[][] expected = {{1, 2}, {11, 102}, {27, 208}, {32, 303}, {42, 403}};
          for (int i = 0; i < expected.length; i++) {
            Comparison.same(
                "the variable " + keys.get(i),
                b.read(keys.get(i)),
                HostTensor.ofFloats(Shape.of(2), expected[i]));
          }
        });
  }

  @TestFactory
  final Stream<DynamicTest> adamW() {
    return floatingTypes().stream()
        .filter(d -> d != DType.BF16) // bf16 training keeps f32 master weights
        .map(d -> DynamicTest.dynamicTest(d.toString(), () -> adamWOverSteps(d)));
  }

  private void adamWOverSteps(DType d) {
    HostTensor p = HostTensor.generate(d, Shape.of(5, 3), i -> Noise.normal(1, 0, 0, 0, i));
    HostTensor zero = HostTensor.generate(d, Shape.of(5, 3), i -> 0);
    Trace t = new Trace("adamw");
    Tensor[] state = new Tensor[3];
    String[] names = {"p", "m", "v"};
    for (int i = 0; i < 3; i++) {
      state[i] = t.variable(names[i], p.type());
    }
    List<Tensor> next =
        AdamW.of(
            new AdamW(0.9, 0.999, 1e-8, 0.01),
            state[0],
            state[1],
            state[2],
            t.input("g", p.type()),
            t.input("lr", d),
            t.input("c1", d),
            t.input("c2", d));
    for (int i = 0; i < 3; i++) {
      t.update(names[i], next.get(i));
    }
    Graph graph = t.build();
    List<Map<String, HostTensor>> results = new ArrayList<>();
    try (Backend fresh = open();
        Backend oracle = new ReferenceProvider().open(new ReferenceConfig())) {
      for (Backend b : List.of(fresh, oracle)) {
        b.write("p", p, d);
        b.write("m", zero, d);
        b.write("v", zero, d);
        try (Executable e = Expansion.compile(b, graph)) {
          for (int step = 1; step <= 5; step++) {
            long at = step;
            double c1 = 1 - Math.pow(0.9, step);
            double c2 = 1 - Math.pow(0.999, step);
            e.run(
                Map.of(
                    "g",
                    HostTensor.generate(d, p.shape(), i -> Noise.normal(2, at, 0, 0, i)),
                    "lr",
                    HostTensor.generate(d, Shape.scalar(), i -> 0.05),
                    "c1",
                    HostTensor.generate(d, Shape.scalar(), i -> c1),
                    "c2",
                    HostTensor.generate(d, Shape.scalar(), i -> c2)));
          }
        }
        Map<String, HostTensor> values = new HashMap<>();
        for (String n : names) {
          values.put(n, b.read(n));
        }
        results.add(values);
      }
    }
    for (String n : names) {
      Comparison.close(
          "five steps of AdamW, " + n,
          Comparison.output(results.get(0), n),
          p.type(),
          Comparison.output(results.get(1), n),
          Tolerance.COMPOSITE,
          d);
    }
  }

  @Test
  final void variablesAreHeldWhileAnExecutableUsesThem() {
    with(
        b -> {
          HostTensor v = HostTensor.ofFloats(Shape.of(2), 1, 2);
          b.write("v", v, DType.F32);
          b.release("never written");
          Trace t = new Trace("use");
          t.output("y", t.variable("v", v.type()).neg());
          Executable e = b.compile(t.build());
          Comparison.refused(
              "releasing a variable that an open executable uses",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.release("v"));
          Comparison.refused(
              "another shape for a variable that an open executable uses",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.write("v", HostTensor.ofFloats(Shape.of(3), 1, 2, 3), DType.F32));
          Comparison.refused(
              "another dtype for a variable that an open executable uses",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.write("v", HostTensor.ofLongs(Shape.of(2), 1, 2), DType.I64));
          Comparison.same(
              "after refused writes", Comparison.output(e.run(Map.of()), "y"), negated(v));
          e.close();
          e.close();
          b.write("v", HostTensor.ofLongs(Shape.of(3), 1, 2, 3), DType.I64);
          Comparison.same(
              "a variable of a new type", b.read("v"), HostTensor.ofLongs(Shape.of(3), 1, 2, 3));
          b.release("v");
          Comparison.refused(
              "reading a released variable", ErrorCode.BACKEND_VARIABLE, () -> b.read("v"));
        });
  }

  private static HostTensor negated(HostTensor t) {
    return HostTensor.generate(t.dtype(), t.shape(), i -> -t.get(i));
  }

  @Test
  final void variablesThatDoNotFitAreRefused() {
    with(
        b -> {
          Comparison.refused(
              "reading an unknown variable", ErrorCode.BACKEND_VARIABLE, () -> b.read("nowhere"));
          Trace t = new Trace("graph");
          t.output("y", t.variable("v", TensorType.of(DType.F32, 2)).neg());
          Graph g = t.build();
          Comparison.refused(
              "a graph that reads an unknown variable",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.compile(g).close());
          b.write("v", HostTensor.ofFloats(Shape.of(2, 1), 1, 2), DType.F32);
          Comparison.refused(
              "a graph that reads a variable in another shape",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.compile(g).close());
          b.write("v", HostTensor.ofLongs(Shape.of(2), 1, 2), DType.I64);
          Comparison.refused(
              "a graph that reads a variable in another dtype",
              ErrorCode.BACKEND_VARIABLE,
              () -> b.compile(g).close());
          b.write("v", HostTensor.ofFloats(Shape.of(2), 1, 2), DType.F32);
          b.compile(g).close();
        });
  }

  // ---------------------------------------------------------------- inputs and outputs

  @Test
  final void inputsAreExactlyThoseOfTheGraph() {
    with(
        b -> {
          HostTensor x = HostTensor.ofFloats(Shape.of(2), 1, 2);
          Trace t = new Trace("inputs");
          t.input("unused", DType.I64, 3);
          t.output("y", t.input("x", x.type()).neg());
          HostTensor unused = HostTensor.ofLongs(Shape.of(3), 1, 2, 3);
          try (Executable e = b.compile(t.build())) {
            Map<String, HostTensor> good = Map.of("x", x, "unused", unused);
            Comparison.same(
                "a graph with an unused input", Comparison.output(e.run(good), "y"), negated(x));
            refuseInput(e, "a missing input", Map.of("unused", unused));
            refuseInput(e, "a missing input that nothing uses", Map.of("x", x));
            refuseInput(e, "an extra input", Map.of("x", x, "unused", unused, "z", x));
            refuseInput(
                e,
                "an input of another shape",
                Map.of("x", x.reshape(Shape.of(2, 1)), "unused", unused));
            refuseInput(
                e,
                "an input of another dtype",
                Map.of("x", HostTensor.ofLongs(Shape.of(2), 1, 2), "unused", unused));
            Comparison.same("after refused runs", Comparison.output(e.run(good), "y"), negated(x));
          }
        });
  }

  private static void refuseInput(Executable e, String what, Map<String, HostTensor> inputs) {
    Comparison.refused(what, ErrorCode.BACKEND_INPUT, () -> e.run(inputs));
  }

  @Test
  final void aRefusedRunUpdatesNothing() {
    with(
        b -> {
          HostTensor v = HostTensor.ofFloats(Shape.of(2), 1, 2);
          b.write("v", v, DType.F32);
          Trace t = new Trace("update");
          t.update("v", t.variable("v", v.type()).plus(t.input("x", v.type())));
          try (Executable e = b.compile(t.build())) {
            refuseInput(e, "a missing input", Map.of());
            Comparison.same("a variable after a refused run", b.read("v"), v);
            e.run(Map.of("x", v));
            Comparison.same(
                "a graph with updates only", b.read("v"), HostTensor.ofFloats(Shape.of(2), 2, 4));
          }
        });
  }

  @Test
  final void outputsMayBeAnyValue() {
    with(
        b -> {
          HostTensor x = HostTensor.ofFloats(Shape.of(2), 1, -2);
          HostTensor flags = HostTensor.ofBooleans(Shape.of(2), true, false);
          b.write("model.v.weight", x, DType.F32);
          Trace t = new Trace("outputs");
          Tensor in = t.input("batch.0/ids", x.type());
          Tensor y = in.neg();
          t.output("the input itself", in);
          t.output("flags", t.input("flags", flags.type()));
          t.output("model.v.weight", t.variable("model.v.weight", x.type()));
          t.output("once", y);
          t.output("twice", y);
          t.output("reshaped", in.reshape(1, 2).reshape(2));
          t.output("constant", t.constant(x));
          t.output("filled", t.fill(2, x.type()));
          Map<String, HostTensor> out = run(b, t.build(), Map.of("batch.0/ids", x, "flags", flags));
          assertThat(out.keySet())
              .as("the names of the outputs")
              .containsExactlyInAnyOrder(
                  "the input itself",
                  "flags",
                  "model.v.weight",
                  "once",
                  "twice",
                  "reshaped",
                  "constant",
                  "filled");
          Map<String, HostTensor> expected = new LinkedHashMap<>();
          for (String same :
              List.of("the input itself", "model.v.weight", "reshaped", "constant")) {
            expected.put(same, x);
          }
          expected.put("flags", flags);
          expected.put("once", negated(x));
          expected.put("twice", negated(x));
          expected.put("filled", HostTensor.ofFloats(Shape.of(2), 2, 2));
          expected.forEach(
              (k, e) -> Comparison.same("the output '" + k + "'", Comparison.output(out, k), e));
        });
  }

  @Test
  final void everyRunComputesFromItsOwnInputs() {
    with(
        b -> {
          Trace t = new Trace("softmax");
          Tensor x = t.input("x", DType.F32, 8, 16);
          t.output("y", x.matmul(x, true, false).neg());
          t.output("p", Softmax.of(x));
          List<HostTensor> inputs = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            long at = i;
            inputs.add(
                HostTensor.generate(DType.F32, Shape.of(8, 16), k -> Noise.normal(4, at, 0, 0, k)));
          }
          try (Executable e = Expansion.compile(b, t.build());
              Executable other = Expansion.compile(b, t.build())) {
            List<Map<String, HostTensor>> first = new ArrayList<>();
            inputs.forEach(in -> first.add(e.run(Map.of("x", in))));
            for (int i = 0; i < 4; i++) {
              for (Executable again : List.of(e, other)) {
                Map<String, HostTensor> second = again.run(Map.of("x", inputs.get(i)));
                for (String k : List.of("y", "p")) {
                  Comparison.same(
                      "the output " + k + " of the same inputs in another run",
                      Comparison.output(second, k),
                      Comparison.output(first.get(i), k));
                }
              }
            }
            assertThat(Comparison.output(first.get(1), "y").toFloats())
                .as("the output of other inputs")
                .isNotEqualTo(Comparison.output(first.get(0), "y").toFloats());
          }
        });
  }

  @Test
  final void backendsDoNotShareVariables() {
    with(
        a ->
            with(
                b -> {
                  a.write("v", HostTensor.ofFloats(Shape.of(1), 1), DType.F32);
                  Comparison.refused(
                      "reading another backend's variable",
                      ErrorCode.BACKEND_VARIABLE,
                      () -> b.read("v"));
                }));
  }

  // ---------------------------------------------------------------- closing, memory

  @Test
  final void whatIsClosedRefusesEveryCall() {
    Backend b = open();
    HostTensor v = HostTensor.ofFloats(Shape.of(1), 1);
    b.write("v", v, DType.F32);
    Trace t = new Trace("closing");
    t.output("y", t.variable("v", v.type()).neg());
    Graph g = t.build();
    Executable closed = b.compile(g);
    Executable left = b.compile(g);
    closed.close();
    Comparison.refused(
        "running a closed executable", ErrorCode.BACKEND_CLOSED, () -> closed.run(Map.of()));
    left.run(Map.of());
    b.close();
    b.close();
    ErrorCode code = ErrorCode.BACKEND_CLOSED;
    Comparison.refused("read after close()", code, () -> b.read("v"));
    Comparison.refused("write after close()", code, () -> b.write("v", v, DType.F32));
    Comparison.refused("release after close()", code, () -> b.release("v"));
    Comparison.refused("compile after close()", code, () -> b.compile(g).close());
    Comparison.refused("a run after the backend's close()", code, () -> left.run(Map.of()));
    left.close();
  }

  @Test
  final void memoryStaysFlatOverManyRuns() {
    with(
        b -> {
          int n = LEAK_WIDTH;
          HostTensor x = HostTensor.generate(DType.F32, Shape.of(n, n), i -> i % 7 - 3);
          b.write("v", x, DType.F32);
          Trace t = new Trace("many");
          Tensor v = t.variable("v", x.type());
          Tensor y = v.plus(t.input("x", x.type())).abs();
          t.update("v", y.times(0.5));
          t.output("y", y);
          try (Executable e = b.compile(t.build())) {
            long before = 0;
            long javaBefore = 0;
            for (int i = 0; i < 2 * LEAK_RUNS; i++) {
              e.run(Map.of("x", x));
              if (i % 10 == 9) {
                System.gc(); // host copies are freed by the collector
              }
              if (i == LEAK_RUNS - 1) {
                before = memoryInUse();
                javaBefore = javaMemory();
              }
            }
            long grown = Math.max(memoryInUse() - before, javaMemory() - javaBefore);
            long copy = 4L * n * n;
            assertThat(grown)
                .as(
                    "bytes of memory grown over %d runs with a value of %d bytes each",
                    LEAK_RUNS, copy)
                .isLessThan(LEAK_RUNS * copy / 2);
          }
        });
  }
}
