package dev.graft.testkit;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import dev.graft.graph.Gradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Compares {@link Gradients} with central finite differences on the float64 reference engine. The
 * loss is a weighted sum of all floating outputs, with fixed random weights. Values under {@code
 * stopGradient} are held at what they were, as the gradient holds them.
 */
public final class GradientChecks {
  /** The largest difference, relative to the largest magnitude within one gradient. */
  private static final double TOLERANCE = 1e-6;

  /** Gradients smaller than this are compared as if their largest magnitude were this. */
  private static final double FLOOR = 1e-2;

  /** Elements of one tensor that are moved; spread evenly over larger tensors. */
  private static final int SAMPLES = 40;

  private GradientChecks() {}

  /**
   * Checks the gradients of a function with respect to each of its floating inputs alone, and to
   * all of them together.
   *
   * @param what named in messages
   * @param inputs where to differentiate; floating ones should be f64
   * @param function traces the outputs from tensors with the inputs' types; it must be smooth there
   * @throws AssertionError naming the input and the element, where they disagree
   */
  public static void check(
      String what, List<HostTensor> inputs, Function<List<Tensor>, List<Tensor>> function) {
    Trace t = new Trace(what);
    Map<String, HostTensor> feed = new LinkedHashMap<>();
    List<Tensor> in = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      feed.put("x" + i, inputs.get(i));
      in.add(t.input("x" + i, inputs.get(i).type()));
    }
    List<Tensor> outputs = function.apply(in);
    check(what, t, outputs, feed, in.stream().filter(x -> x.dtype().isFloating()).toList());
  }

  /** The same for an open trace, its outputs, its inputs' values, and some of its inputs. */
  static void check(
      String what,
      Trace trace,
      List<Tensor> outputs,
      Map<String, HostTensor> feed,
      List<Tensor> inputs) {
    Tensor loss = weightedSum(trace, outputs);
    List<List<Tensor>> groups = new ArrayList<>();
    inputs.forEach(x -> groups.add(List.of(x)));
    if (inputs.size() > 1) {
      groups.add(inputs);
    }
    Trace forward = new Trace(what); // holds the loss alone
    trace.output("loss", loss);
    Map<Tensor, Tensor> image = copy(trace.build(), forward, Map.of());
    forward.output("loss", at(image, loss));
    Graph expanded = Expansion.expand(forward.build(), Set.of());

    for (int g = 0; g < groups.size(); g++) {
      List<Tensor> gradients = Gradients.of(loss, groups.get(g));
      for (int i = 0; i < gradients.size(); i++) {
        Tensor d = gradients.get(i);
        if (!d.type().equals(groups.get(g).get(i).type())) {
          throw new AssertionError(
              what + ": expected a gradient of the type of its input, received " + d);
        }
        trace.output(g + "." + i, d.cast(DType.F64));
      }
    }
    try (Backend b = new ReferenceProvider().open(new ReferenceConfig());
        Executable backward = b.compile(Expansion.expand(trace.build(), Set.of()))) {
      Map<String, HostTensor> found = backward.run(feed);
      Map<Tensor, double[]> differences = differences(b, expanded, feed, inputs);
      for (int g = 0; g < groups.size(); g++) {
        for (int i = 0; i < groups.get(g).size(); i++) {
          Tensor x = groups.get(g).get(i);
          String which =
              what
                  + ": the gradient of input "
                  + key(x)
                  + " "
                  + x.type()
                  + (groups.get(g).size() > 1 ? ", asked for with all others," : "");
          double[] expected = differences.getOrDefault(x, new double[0]);
          compare(which, Comparison.output(found, g + "." + i), expected);
        }
      }
    }
  }

  private static String key(Tensor input) {
    if (input.node().op() instanceof Op.Input in) {
      return in.key();
    }
    throw new IllegalArgumentException("expected an input to differentiate for, received " + input);
  }

  private static Tensor weightedSum(Trace trace, List<Tensor> outputs) {
    Tensor loss = trace.fill(0, new TensorType(DType.F64, Shape.scalar()));
    for (int i = 0; i < outputs.size(); i++) {
      Tensor y = outputs.get(i);
      if (y.dtype().isFloating()) {
        long output = i;
        HostTensor weights =
            HostTensor.generate(
                DType.F64, y.shape(), k -> 2 * Noise.uniform(21, 0, 0, output, k) - 1);
        loss = loss.plus(y.cast(DType.F64).times(trace.constant(weights)).sum());
      }
    }
    return loss;
  }

  /** NaN where an element was not sampled. */
  private static Map<Tensor, double[]> differences(
      Backend b, Graph expanded, Map<String, HostTensor> feed, List<Tensor> inputs) {
    Map<String, HostTensor> fed = new HashMap<>(feed);
    Graph graph = frozen(b, expanded, fed);
    Map<Tensor, double[]> out = new HashMap<>();
    try (Executable e = b.compile(graph)) {
      for (Tensor x : inputs) {
        HostTensor value = Comparison.output(fed, key(x));
        int n = Math.toIntExact(value.shape().size());
        double step = x.dtype() == DType.F64 ? 1e-5 : 0x1p-12;
        double[] d = new double[n];
        Arrays.fill(d, Double.NaN);
        int samples = Math.min(n, SAMPLES);
        for (int s = 0; s < samples; s++) {
          int at = (int) ((long) s * n / samples);
          HostTensor high = moved(value, at, step);
          HostTensor low = moved(value, at, -step);
          double rise = loss(e, fed, key(x), high) - loss(e, fed, key(x), low);
          d[at] = rise / (high.get(at) - low.get(at)); // what rounding left of the step
        }
        fed.put(key(x), value);
        out.put(x, d);
      }
    }
    return out;
  }

  private static HostTensor moved(HostTensor x, int at, double by) {
    return HostTensor.generate(x.dtype(), x.shape(), i -> i == at ? x.get(i) + by : x.get(i));
  }

  private static double loss(
      Executable e, Map<String, HostTensor> fed, String key, HostTensor value) {
    fed.put(key, value);
    return Comparison.output(e.run(fed), "loss").get(0);
  }

  /** The graph with every value under stopGradient fed as it is now. */
  private static Graph frozen(Backend b, Graph graph, Map<String, HostTensor> fed) {
    List<Node> stops =
        graph.nodes().stream().filter(n -> n.op() instanceof Op.StopGradient).toList();
    Trace watching = new Trace("stopped values");
    Map<Tensor, Tensor> image = copy(graph, watching, Map.of());
    Trace t = new Trace(graph.name());
    Map<Tensor, Tensor> replaced = new HashMap<>();
    for (int i = 0; i < stops.size(); i++) {
      Tensor stopped = stops.get(i).output(0);
      watching.output("stopped." + i, at(image, stopped));
      replaced.put(stopped, t.input("stopped." + i, stopped.type()));
    }
    if (!stops.isEmpty()) {
      try (Executable e = b.compile(watching.build())) {
        fed.putAll(e.run(fed));
      }
    }
    Map<Tensor, Tensor> again = copy(graph, t, replaced);
    graph.outputs().forEach((k, y) -> t.output(k, at(again, y)));
    return t.build();
  }

  /** Records a graph again; tensors that are replaced keep their replacement. */
  private static Map<Tensor, Tensor> copy(Graph graph, Trace to, Map<Tensor, Tensor> replaced) {
    Map<Tensor, Tensor> image = new HashMap<>(replaced);
    graph.inputs().forEach(to::input);
    for (Node n : graph.nodes()) {
      if (image.containsKey(n.output(0))) {
        continue;
      }
      List<Tensor> operands = n.inputs().stream().map(in -> at(image, in)).toList();
      Node copied = to.copy(n, operands);
      for (int i = 0; i < n.types().size(); i++) {
        image.put(n.output(i), copied.output(i));
      }
    }
    return image;
  }

  private static Tensor at(Map<Tensor, Tensor> image, Tensor t) {
    Tensor found = image.get(t);
    if (found == null) {
      throw new IllegalStateException("operand " + t + " comes after its user");
    }
    return found;
  }

  private static void compare(String which, HostTensor gradient, double[] differences) {
    double magnitude = FLOOR;
    for (double d : differences) {
      magnitude = Double.isNaN(d) ? magnitude : Math.max(magnitude, Math.abs(d));
    }
    for (int i = 0; i < differences.length; i++) {
      double off = Math.abs(gradient.get(i) - differences[i]);
      if (!Double.isNaN(differences[i]) && !(off <= TOLERANCE * magnitude)) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s element %d: expected %.10g by finite differences, received %.10g",
                which,
                i,
                differences[i],
                gradient.get(i)));
      }
    }
  }
}
