package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Uniform;
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
import dev.graft.graph.Gradients;
import dev.graft.testkit.AdapterHarness.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What an adapter has to do, as tests: extend this class, name the provider and some
 * configurations, and say which kinds of sites are supported. Everything is computed on the float64
 * reference engine.
 *
 * @param <C> the adapter's configuration
 */
public abstract class AdapterConformance<C extends Record> {
  /** The largest difference between forward and merge, relative to the largest output. */
  private static final double MERGE_TOLERANCE = 1e-10;

  /**
   * The largest difference that saving makes, relative to the largest value: what is saved is
   * rounded to f32 once more.
   */
  private static final double SAVING_TOLERANCE = 1e-6;

  private static final double LEARNING_RATE = 0.1;

  private static final long SEED = 7;

  /** Rows over which dropout is averaged. */
  private static final int DROPOUT_ROWS = 2000;

  private static final Shape LEADING = Shape.of(2, 3);

  /** Made by JUnit. */
  protected AdapterConformance() {}

  /** The provider under test. */
  protected abstract AdapterProvider<C> provider();

  /** The configurations to test: every option in some of them, dropout in at least one. */
  protected abstract List<C> configs();

  /** The kinds of sites that the adapter supports; the others it must refuse. */
  protected Set<SiteKind> kinds() {
    return EnumSet.of(SiteKind.LINEAR);
  }

  /** Whether training starts from exactly the base model's outputs. */
  protected boolean startsAsBase(C config) {
    return true;
  }

  /**
   * How far the outputs at the start may be from the base model's, relative to the largest of them:
   * 0, unless a start that is rounded to f32 leaves a rounding error.
   */
  protected double startTolerance(C config) {
    return 0;
  }

  /**
   * What of a configuration a saved adapter keeps: by default all. An option that matters only
   * before training may be lost, and an adapter may be saved as one of another configuration; say
   * here what it becomes.
   */
  protected C saved(C config) {
    return config;
  }

  /** The sites to test: by default square, wide and narrow linear ones, an embedding and a head. */
  protected List<Site> sites() {
    return List.of(
        new Site("model.layers.0.self_attn.q_proj", SiteKind.LINEAR, 12, 12, 0),
        new Site("model.layers.0.mlp.up_proj", SiteKind.LINEAR, 12, 20, 0),
        new Site("model.layers.1.mlp.down_proj", SiteKind.LINEAR, 20, 12, 1),
        new Site("model.embed_tokens", SiteKind.EMBEDDING, 16, 12, -1),
        new Site("lm_head", SiteKind.HEAD, 12, 16, -1));
  }

  /** A test of one configuration at one site. */
  private interface SiteTest<C> {
    void run(C config, Adapter adapter, Site site);
  }

  private Stream<DynamicNode> everywhere(SiteTest<C> test) {
    List<C> configs = configs();
    assertThat(configs).as("the configurations to test").isNotEmpty();
    List<Site> sites = sites().stream().filter(s -> kinds().contains(s.kind())).toList();
    assertThat(sites.stream().map(Site::kind).toList())
        .as("the kinds of the sites to test")
        .containsAll(kinds());
    return configs.stream()
        .map(
            c ->
                DynamicContainer.dynamicContainer(
                    c.toString(),
                    sites.stream()
                        .map(
                            s ->
                                DynamicTest.dynamicTest(
                                    s.name(), () -> test.run(c, provider().create(c), s)))));
  }

  private static Map<String, HostTensor> run(Graph graph, Map<String, HostTensor> inputs) {
    try (Backend b = new ReferenceProvider().open(new ReferenceConfig());
        Executable e = b.compile(Expansion.expand(graph, Set.of()))) {
      return e.run(inputs);
    }
  }

  private static double[] output(Map<String, HostTensor> outputs, String key) {
    return Comparison.output(outputs, key).toDoubles();
  }

  private static AdapterHarness evaluation(Trace t, Adapter adapter, Site site) {
    return new AdapterHarness(t, adapter, site, LEADING, DType.F32, false);
  }

  // ---------------------------------------------------------------- declarations

  @Test
  final void theProviderIsInOrder() {
    assertThat(provider().name())
        .as("the provider's name is kebab-case")
        .matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    assertThat(provider().configType().isRecord()).as("the configuration is a record").isTrue();
  }

  @TestFactory
  final Stream<DynamicNode> parametersAreInOrder() {
    return everywhere(
        (config, adapter, site) -> {
          List<ParameterSpec> parameters = adapter.parameters(site);
          assertThat(parameters).as("the parameters at %s", site).isNotEmpty();
          Set<String> names = new HashSet<>();
          Set<String> saved = new HashSet<>();
          for (ParameterSpec p : parameters) {
            assertThat(p.shape().size()).as("the size of %s", p).isPositive();
            assertThat(p.learningRateFactor())
                .as("the learning rate's factor of %s", p)
                .isNotNegative()
                .isFinite();
            assertThat(names.add(p.name())).as("the name of %s is unique", p).isTrue();
            String savedName = adapter.savedName(site, p.name());
            assertThat(savedName).as("the saved name of %s", p).isNotBlank();
            assertThat(saved.add(savedName))
                .as("the saved name '%s' of %s is unique at %s", savedName, p, site.name())
                .isTrue();
          }
          assertThat(trained(adapter, site)).as("what is trained of %s", parameters).isNotEmpty();
          assertThat(adapter.parameters(site)).as("asked again").isEqualTo(parameters);
          adapter.targets().matches(site); // any answer will do
        });
  }

  @TestFactory
  final Stream<DynamicNode> sharedTensorsAreDrawnTheSameEveryTime() {
    return everywhere(
        (config, adapter, site) -> {
          List<Site> together = sites().stream().filter(s -> kinds().contains(s.kind())).toList();
          for (List<Site> sites : List.of(List.of(site), together)) {
            List<SharedSpec> shared = adapter.shared(sites);
            assertThat(shared.stream().map(SharedSpec::name))
                .as("the names of what %s share", sites)
                .doesNotHaveDuplicates();
            List<SharedSpec> again = provider().create(config).shared(sites);
            for (int i = 0; i < shared.size(); i++) {
              assertThat(again.get(i).draw().toDoubles())
                  .as("the values of '%s' drawn twice", shared.get(i).name())
                  .isEqualTo(shared.get(i).draw().toDoubles());
            }
          }
        });
  }

  @TestFactory
  final Stream<DynamicNode> constantsFollowFromTheWeight() {
    return everywhere(
        (config, adapter, site) -> {
          Set<String> names = new LinkedHashSet<>();
          for (ConstantSpec c : adapter.constants(site)) {
            assertThat(names.add(c.name())).as("the name of %s is unique", c.name()).isTrue();
            for (DType d : List.of(DType.F32, DType.BF16)) {
              Trace t = new Trace("constant");
              AdapterHarness h = new AdapterHarness(t, adapter, site, LEADING, d, false);
              t.output("c", h.constant(c.name()));
              assertThat(inputsRead(t.build()))
                  .as("what the constant '%s' at %s is computed from", c.name(), site.name())
                  .isEqualTo(Set.of("weight"));
            }
          }
          assertThat(adapter.constants(site).stream().map(ConstantSpec::name))
              .as("asked again")
              .containsExactlyElementsOf(names);
        });
  }

  /** The inputs that a graph's outputs need, which are fewer than it declares. */
  private static Set<String> inputsRead(Graph graph) {
    Set<String> out = new HashSet<>();
    graph
        .nodes()
        .forEach(
            n -> {
              if (n.op() instanceof Op.Input in) {
                out.add(in.key());
              }
            });
    return out;
  }

  @TestFactory
  final Stream<DynamicTest> unsupportedKindsAreRefused() {
    return configs().stream()
        .flatMap(
            c ->
                sites().stream()
                    .filter(s -> !kinds().contains(s.kind()))
                    .map(
                        s ->
                            DynamicTest.dynamicTest(
                                c + " at " + s.name(),
                                () ->
                                    Comparison.refused(
                                        "parameters at the unsupported " + s,
                                        ErrorCode.ADAPTER_UNSUPPORTED,
                                        () -> provider().create(c).parameters(s)))));
  }

  @TestFactory
  final Stream<DynamicTest> aSavedConfigurationIsReadBack() {
    return configs().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.toString(),
                    () -> {
                      Map<String, Object> saved = provider().create(c).savedConfig();
                      checkJson("savedConfig()", saved);
                      assertThat(provider().fromSaved(saved))
                          .as("fromSaved of the saved configuration %s", saved)
                          .isEqualTo(Optional.of(saved(c)));
                    }));
  }

  @Test
  final void otherAdaptersFoldersAreLeftAlone() {
    assertThat(provider().fromSaved(Map.of())).as("fromSaved of nothing").isEmpty();
    assertThat(provider().fromSaved(Map.of("peft_type", "ANOTHER KIND", "r", 8)))
        .as("fromSaved of another kind's configuration")
        .isEmpty();
  }

  private static void checkJson(String where, Object value) {
    if (value instanceof Map<?, ?> m) {
      m.forEach(
          (k, v) -> {
            assertThat(k).as("a key of %s", where).isInstanceOf(String.class);
            checkJson(where + "." + k, v);
          });
    } else if (value instanceof List<?> list) {
      list.forEach(v -> checkJson(where + "[]", v));
    } else {
      assertThat(value)
          .as("%s, which is written as JSON", where)
          .isInstanceOfAny(String.class, Number.class, Boolean.class);
    }
  }

  // ---------------------------------------------------------------- the forward pass

  @TestFactory
  final Stream<DynamicNode> outputsHaveTheSitesType() {
    return everywhere(
        (config, adapter, site) -> {
          for (DType d : List.of(DType.F32, DType.BF16)) {
            for (Shape leading : List.of(Shape.of(5), Shape.of(2, 3), Shape.of(1, 1))) {
              for (boolean training : new boolean[] {false, true}) {
                Trace t = new Trace("forward");
                AdapterHarness h = new AdapterHarness(t, adapter, site, leading, d, training);
                assertThat(adapter.forward(h).type())
                    .as("forward at %s, x %s", site.name(), h.x().type())
                    .isEqualTo(new TensorType(d, leading.append(site.out())));
              }
            }
          }
          AdapterHarness h = evaluation(new Trace("merge"), adapter, site);
          assertThat(adapter.mergedWeight(h).type())
              .as("mergedWeight at %s", site.name())
              .isEqualTo(h.weight().type());
        });
  }

  @TestFactory
  final Stream<DynamicNode> theStartIsAsDeclared() {
    return everywhere(
        (config, adapter, site) -> {
          Trace t = new Trace("start");
          AdapterHarness h = evaluation(t, adapter, site);
          t.output("y", adapter.forward(h).cast(DType.F64));
          t.output("base", h.baseOutput().cast(DType.F64));
          Map<String, HostTensor> out = run(t.build(), h.values(SEED, Parameters.INITIAL));
          if (startsAsBase(config)) {
            double[] base = output(out, "base");
            double largest = Arrays.stream(base).map(Math::abs).max().orElse(0);
            assertThat(output(out, "y"))
                .as("the output at initialisation, which is the base's")
                .usingComparatorWithPrecision(startTolerance(config) * largest)
                .containsExactly(base);
          } else {
            assertThat(output(out, "y"))
                .as("the output at initialisation, which is declared to differ from the base's")
                .isNotEqualTo(output(out, "base"));
          }
        });
  }

  @TestFactory
  final Stream<DynamicNode> theMergedWeightComputesTheSame() {
    return everywhere(
        (config, adapter, site) -> {
          Trace t = new Trace("merge");
          AdapterHarness h = evaluation(t, adapter, site);
          t.output("y", adapter.forward(h).cast(DType.F64));
          t.output("merged", h.outputWith(adapter.mergedWeight(h)).cast(DType.F64));
          t.output("base", h.baseOutput().cast(DType.F64));
          Map<String, HostTensor> out = run(t.build(), h.values(SEED, Parameters.RANDOM));
          double[] y = output(out, "y");
          double[] merged = output(out, "merged");
          double largest = 0;
          double off = 0;
          double change = 0;
          for (int i = 0; i < y.length; i++) {
            largest = Math.max(largest, Math.abs(y[i]));
            off = Math.max(off, Math.abs(y[i] - merged[i]));
            change = Math.max(change, Math.abs(y[i] - output(out, "base")[i]));
          }
          assertThat(change)
              .as("the change of the output by random parameters at %s", site.name())
              .isGreaterThan(1e-6);
          assertThat(off)
              .as(
                  "mergedWeight at %s: the largest difference from forward, where outputs reach %s",
                  site.name(), largest)
              .isLessThanOrEqualTo(MERGE_TOLERANCE * largest);
        });
  }

  @TestFactory
  final Stream<DynamicNode> gradientsAgreeWithFiniteDifferences() {
    return everywhere(
        (config, adapter, site) -> {
          Trace t = new Trace("forward");
          AdapterHarness h = evaluation(t, adapter, site);
          Tensor y = adapter.forward(h);
          List<Tensor> inputs = new ArrayList<>();
          trained(adapter, site).forEach(p -> inputs.add(h.parameter(p.name())));
          if (h.x().dtype().isFloating()) {
            inputs.add(h.x());
          }
          GradientChecks.check(
              "forward at " + site.name(),
              t,
              List.of(y),
              h.values(SEED, Parameters.RANDOM),
              inputs);
        });
  }

  /** The parameters that training changes; the others are kept as they started. */
  private static List<ParameterSpec> trained(Adapter adapter, Site site) {
    return adapter.parameters(site).stream().filter(p -> p.learningRateFactor() > 0).toList();
  }

  /**
   * From random values every trained parameter moves at once. Where the change starts at zero, what
   * it is a product of moves one after the other, and all have moved after two steps.
   */
  @TestFactory
  final Stream<DynamicNode> everyParameterIsTrained() {
    return everywhere(
        (config, adapter, site) -> {
          checkMoved(adapter, site, Parameters.RANDOM, 1);
          checkMoved(adapter, site, Parameters.INITIAL, 2);
        });
  }

  /** Steps of plain gradient descent along another direction of the output each time. */
  private static void checkMoved(Adapter adapter, Site site, Parameters start, int steps) {
    Trace t = new Trace("gradients");
    AdapterHarness h = evaluation(t, adapter, site);
    Tensor y = adapter.forward(h);
    Tensor loss = y.times(t.input("direction", y.type())).sum();
    List<ParameterSpec> trained = trained(adapter, site);
    List<Tensor> gradients =
        Gradients.of(loss, trained.stream().map(p -> h.parameter(p.name())).toList());
    for (int i = 0; i < gradients.size(); i++) {
      t.output(trained.get(i).name(), gradients.get(i));
    }
    Graph graph = t.build();
    Map<String, HostTensor> first = h.values(SEED, start);
    Map<String, HostTensor> values = new HashMap<>(first);
    for (int step = 1; step <= steps; step++) {
      long now = step;
      values.put(
          "direction",
          HostTensor.generate(y.dtype(), y.shape(), i -> Noise.normal(SEED, now, 0, 0, i)));
      Map<String, HostTensor> out = run(graph, values);
      for (ParameterSpec p : trained) {
        HostTensor before = Comparison.output(values, input(p));
        HostTensor gradient = Comparison.output(out, p.name());
        assertThat(gradient.toDoubles())
            .as("the gradient of %s at %s", p, site.name())
            .matches(g -> Arrays.stream(g).allMatch(Double::isFinite), "is finite");
        double rate = LEARNING_RATE * p.learningRateFactor();
        values.put(
            input(p),
            HostTensor.generate(DType.F32, p.shape(), i -> before.get(i) - rate * gradient.get(i)));
      }
    }
    for (ParameterSpec p : trained) {
      assertThat(output(values, input(p)))
          .as(
              "%s at %s after steps of training: %s, from values that are %s",
              p, site.name(), steps, start)
          .isNotEqualTo(output(first, input(p)));
    }
  }

  private static String input(ParameterSpec p) {
    return "parameter." + p.name();
  }

  @TestFactory
  final Stream<DynamicNode> whatIsKeptIsUsed() {
    return everywhere(
        (config, adapter, site) -> {
          AdapterHarness h = evaluation(new Trace("values"), adapter, site);
          Map<String, HostTensor> values = h.values(SEED, Parameters.RANDOM);
          for (ParameterSpec p : adapter.parameters(site)) {
            if (p.learningRateFactor() == 0) {
              Map<String, HostTensor> others = new HashMap<>(values);
              others.put(
                  input(p), Comparison.output(h.values(SEED + 1, Parameters.RANDOM), input(p)));
              Map<String, HostTensor> out = both(adapter, site, values);
              Map<String, HostTensor> other = both(adapter, site, others);
              for (String key : List.of("y", "merged")) {
                assertThat(output(other, key))
                    .as("'%s' at %s with other values of %s, which is kept", key, site.name(), p)
                    .isNotEqualTo(output(out, key));
              }
            }
          }
        });
  }

  // ---------------------------------------------------------------- saving

  /** What is saved, put onto the same base weight, is what was trained. */
  @TestFactory
  final Stream<DynamicNode> aSavedAdapterComputesTheSame() {
    return everywhere(
        (config, adapter, site) -> {
          Map<String, Object> savedConfig = adapter.savedConfig();
          Adapter read =
              provider()
                  .create(
                      provider()
                          .fromSaved(savedConfig)
                          .orElseThrow(
                              () -> new AssertionError("fromSaved is empty for " + savedConfig)));
          Map<String, HostTensor> values =
              evaluation(new Trace("values"), adapter, site).values(SEED, Parameters.RANDOM);
          Map<String, HostTensor> parameters = new LinkedHashMap<>();
          Map<String, HostTensor> others = new HashMap<>(values);
          for (ParameterSpec p : adapter.parameters(site)) {
            parameters.put(p.name(), Comparison.output(values, input(p)));
            others.remove(input(p));
          }
          Map<String, HostTensor> saved = adapter.savedTensors(site, parameters);
          assertThat(saved.keySet())
              .as("what is saved at %s, beside what is read back", site.name())
              .isEqualTo(
                  read.parameters(site).stream()
                      .map(p -> read.savedName(site, p.name()))
                      .collect(Collectors.toSet()));
          for (ParameterSpec p : read.parameters(site)) {
            HostTensor tensor = Comparison.output(saved, read.savedName(site, p.name()));
            assertThat(new TensorType(tensor.dtype(), tensor.shape()))
                .as("what is saved for %s at %s", p, site.name())
                .isEqualTo(new TensorType(DType.F32, p.shape()));
            others.put(input(p), tensor);
          }
          Map<String, HostTensor> trained = both(adapter, site, values);
          Map<String, HostTensor> again = both(read, site, others);
          for (String key : List.of("y", "merged")) {
            double[] expected = output(trained, key);
            double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            assertThat(output(again, key))
                .as("'%s' at %s of the saved adapter", key, site.name())
                .usingComparatorWithPrecision(SAVING_TOLERANCE * largest)
                .containsExactly(expected);
          }
        });
  }

  /** The output as {@code y} and the merged weight as {@code merged}. */
  private static Map<String, HostTensor> both(
      Adapter adapter, Site site, Map<String, HostTensor> values) {
    Trace t = new Trace("both");
    AdapterHarness h = evaluation(t, adapter, site);
    t.output("y", adapter.forward(h));
    t.output("merged", adapter.mergedWeight(h));
    return run(t.build(), values);
  }

  // ---------------------------------------------------------------- dropout, state

  @TestFactory
  final Stream<DynamicNode> dropoutIsUnbiasedAndInTrainingOnly() {
    return everywhere(
        (config, adapter, site) -> {
          Shape rows = Shape.of(DROPOUT_ROWS);
          Trace t = new Trace("training");
          AdapterHarness h = new AdapterHarness(t, adapter, site, rows, DType.F32, true);
          t.output("y", adapter.forward(h));
          Graph training = t.build();
          Trace plain = new Trace("evaluation"); // its harness refuses to give noise
          AdapterHarness e = new AdapterHarness(plain, adapter, site, rows, DType.F32, false);
          plain.output("y", adapter.forward(e));

          Map<String, HostTensor> values = new HashMap<>(h.values(SEED, Parameters.RANDOM));
          HostTensor x = Comparison.output(values, "x");
          long width = x.shape().size() / DROPOUT_ROWS;
          values.put(
              "x", HostTensor.generate(x.dtype(), x.shape(), i -> x.get(i % width))); // equal rows
          double[] dropped = output(run(training, values), "y");
          Map<String, HostTensor> without = new HashMap<>(values);
          without.remove("key");
          double[] kept = output(run(plain.build(), without), "y");
          if (training.nodes().stream().noneMatch(n -> n.op() instanceof Uniform)) {
            assertThat(dropped).as("training without noise, and evaluation").isEqualTo(kept);
            return;
          }
          checkMean(dropped, kept, site);
          values.put("key", AdapterHarness.key(SEED, 1));
          assertThat(output(run(training, values), "y"))
              .as("the noise of another step")
              .isNotEqualTo(dropped);
        });
  }

  private static void checkMean(double[] dropped, double[] kept, Site site) {
    int out = site.out();
    for (int j = 0; j < out; j++) {
      double sum = 0;
      double squares = 0;
      for (int r = 0; r < DROPOUT_ROWS; r++) {
        double v = dropped[r * out + j] - kept[j];
        sum += v;
        squares += v * v;
      }
      double bias = sum / DROPOUT_ROWS;
      double error = Math.sqrt((squares / DROPOUT_ROWS - bias * bias) / DROPOUT_ROWS);
      assertThat(Math.abs(bias))
          .as(
              "dropout at %s is unbiased: the mean of output %s over %s draws, less the output"
                  + " without dropout; the standard error is %s",
              site.name(), j, DROPOUT_ROWS, error)
          .isLessThanOrEqualTo(5 * error + 1e-6);
    }
  }

  @TestFactory
  final Stream<DynamicNode> tracingLeavesNoState() {
    return everywhere(
        (config, adapter, site) -> {
          String first = text(adapter, site, true);
          String merged = text(adapter, site, false);
          for (Site other : sites()) {
            if (kinds().contains(other.kind())) {
              text(adapter, other, true);
            }
          }
          assertThat(text(adapter, site, true)).as("the second trace of forward").isEqualTo(first);
          assertThat(text(adapter, site, false)).as("the second trace of merge").isEqualTo(merged);
          assertThat(text(provider().create(config), site, true))
              .as("the trace of another adapter of the same configuration")
              .isEqualTo(first);
        });
  }

  private static String text(Adapter adapter, Site site, boolean forward) {
    Trace t = new Trace("text");
    AdapterHarness h = new AdapterHarness(t, adapter, site, LEADING, DType.F32, forward);
    t.output("y", forward ? adapter.forward(h) : adapter.mergedWeight(h));
    return t.build().toString();
  }
}
