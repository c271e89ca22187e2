package dev.graft.engine.tf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.testkit.SmallLlama;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.tensorflow.internal.c_api.TF_Function;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * TensorFlow's own gradients of the forward pass in primitives, as an oracle for our gradients,
 * which the backend runs with its composites. Among these primitives are none whose gradient
 * TensorFlow lacks or has wrong.
 */
final class GradientOracleTest {
  private static final SmallLlama MODEL = SmallLlama.tiny(DType.F64);

  private static HostTensor get(Map<String, HostTensor> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  /** The gradients of a scalar, added to its graph. */
  private static List<Value> gradients(Nodes nodes, Value y, List<Value> wrt) {
    List<Value> out = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      TF_Output results = new TF_Output(wrt.size());
      scope.attach(results);
      Check.run(
          "add gradients",
          s ->
              tensorflow.TF_AddGradients(
                  nodes.graph(),
                  Nodes.outputs(List.of(y)),
                  1,
                  Nodes.outputs(wrt),
                  wrt.size(),
                  new TF_Output(null),
                  s,
                  results));
      for (int i = 0; i < wrt.size(); i++) {
        TF_Output g = results.getPointer(i);
        out.add(new Value(g.oper(), g.index()));
      }
    }
    return out;
  }

  @Test
  void ourGradientsAreThoseOfTensorFlow() {
    List<String> names = List.copyOf(MODEL.parameters().keySet());
    Map<String, HostTensor> inputs = MODEL.inputs(4);
    Map<String, HostTensor> ours;
    try (Backend backend = new TfBackendProvider().open(TfConfig.defaults())) {
      MODEL.write(backend, 3);
      Graph graph = Expansion.expand(MODEL.gradients(), backend.capabilities().fused());
      assertThat(graph.composites()).as("composites that are run whole").isNotEmpty();
      try (Executable e = backend.compile(graph)) {
        ours = e.run(inputs);
      }
    }

    Trace t = new Trace("forward");
    t.output("loss", MODEL.loss(t));
    Graph forward = Expansion.expand(t.build(), Set.of());
    assertThat(forward.composites()).isEmpty();
    Map<String, HostTensor> theirs = new HashMap<>();
    List<Handle> handles = new ArrayList<>();
    try (Context context = Context.open(Runtime.getRuntime().availableProcessors());
        Nodes nodes = new Nodes()) {
      Lowering.Program program = Lowering.of(forward, nodes, new Products(nodes, false));
      Value loss = program.results().get(0);
      List<Value> results = new ArrayList<>(List.of(loss));
      results.addAll(
          gradients(
              nodes,
              loss,
              names.stream()
                  .map(n -> Objects.requireNonNull(program.resources().get(n)))
                  .toList()));
      List<Value> arguments = new ArrayList<>(program.resources().values());
      arguments.addAll(program.inputs().values());
      TF_Function function = nodes.function("oracle", arguments, results, List.of());
      context.add(function);
      tensorflow.TF_DeleteFunction(function);
      int[] types = new int[arguments.size()];
      Map<String, HostTensor> values = MODEL.values(3);
      for (String name : program.resources().keySet()) {
        HostTensor value = get(values, name);
        types[handles.size()] = Types.RESOURCE;
        Handle variable = context.variable(new TensorType(DType.F64, value.shape()));
        try (Handle copy = context.toDevice(value, DType.F64)) {
          context.assign(variable, copy, DType.F64);
        }
        handles.add(variable);
      }
      for (String name : program.inputs().keySet()) {
        types[handles.size()] = Types.code(get(inputs, name).dtype());
        handles.add(context.toDevice(get(inputs, name), get(inputs, name).dtype()));
      }
      int[] resultTypes = new int[results.size()];
      java.util.Arrays.fill(resultTypes, Types.code(DType.F64));
      List<Handle> got = context.call("oracle", handles, types, resultTypes);
      theirs.put("loss", context.toHost(got.get(0), TensorType.of(DType.F64)));
      for (int i = 0; i < names.size(); i++) {
        Shape shape = Objects.requireNonNull(MODEL.parameters().get(names.get(i)));
        theirs.put(names.get(i), context.toHost(got.get(i + 1), new TensorType(DType.F64, shape)));
      }
      got.forEach(Handle::close);
      handles.forEach(Handle::close);
    }

    assertThat(theirs.keySet()).isEqualTo(ours.keySet()).hasSize(names.size() + 1);
    theirs.forEach(
        (name, expected) -> {
          double[] a = get(ours, name).toDoubles();
          double[] b = expected.toDoubles();
          double error = 0;
          double norm = 0;
          for (int i = 0; i < b.length; i++) {
            error += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
          }
          assertThat(norm).as("the norm of %s", name).isGreaterThan(1e-6);
          assertThat(Math.sqrt(error / norm)).as("relative error of %s", name).isLessThan(1e-10);
        });
  }
}
