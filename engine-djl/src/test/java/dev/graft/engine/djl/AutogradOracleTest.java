package dev.graft.engine.djl;

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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * PyTorch's own autograd on the forward pass in primitives, as an oracle for our gradients, which
 * the backend runs with its composites.
 */
final class AutogradOracleTest {
  private static final SmallLlama MODEL = SmallLlama.tiny(DType.F64);

  /** Turns a lowered scalar into a script that returns it and its gradients. */
  private static String differentiated(Lowering.Program program, List<String> wrt) {
    List<String> leaves = new ArrayList<>();
    int start = program.source().indexOf("  def " + Lowering.METHOD);
    StringBuilder out = new StringBuilder(program.source().substring(0, start));
    String result = "";
    for (String line : program.source().substring(start).lines().toList()) {
      if (line.contains(" = v[")) {
        int index = Integer.parseInt(line.substring(line.indexOf('[') + 1, line.indexOf(']')));
        if (wrt.contains(program.variables().get(index))) {
          String leaf = line.substring(0, line.indexOf('=')).strip();
          leaves.add(leaf + " " + program.variables().get(index));
          line = "    " + leaf + " = torch.requires_grad_(torch.detach(v[" + index + "]))";
        }
      }
      if (line.startsWith("    return ")) {
        result = line.substring(line.indexOf('[') + 1, line.indexOf(']'));
        continue;
      }
      // What is overwritten here is read by the backward pass that PyTorch makes.
      line = line.replace("torch.add_(", "torch.add(").replace("torch.mul_(", "torch.mul(");
      out.append(line).append('\n');
      if (line.startsWith("  def ")) {
        out.append("    torch.set_grad_enabled(True)\n");
      }
    }
    List<String> ordered =
        wrt.stream()
            .map(
                name ->
                    leaves.stream()
                        .filter(l -> l.endsWith(" " + name))
                        .map(l -> l.substring(0, l.indexOf(' ')))
                        .findFirst()
                        .orElseThrow())
            .toList();
    out.append("    g = torch.grad([").append(result).append("], ");
    out.append(Literals.list(ordered)).append(")\n    return [").append(result);
    for (int i = 0; i < wrt.size(); i++) {
      out.append(", unchecked_cast(Tensor, g[").append(i).append("])");
    }
    return out.append("]\n").toString();
  }

  private static HostTensor get(Map<String, HostTensor> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  @Test
  void ourGradientsAreThoseOfPyTorch() {
    List<String> names = List.copyOf(MODEL.parameters().keySet());
    Map<String, HostTensor> values = MODEL.values(3);
    Map<String, HostTensor> inputs = MODEL.inputs(4);
    Map<String, HostTensor> ours;
    try (Backend backend = new DjlBackendProvider().open(DjlConfig.defaults())) {
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
    Lowering.Program program = Lowering.of(forward, Kernels.portable(), "cpu");
    Torch torch = DjlTorch.open(2);
    Map<String, HostTensor> theirs = new HashMap<>();
    try (Conversions conversions = new Conversions(torch, "cpu");
        Torch.Module module = torch.load(differentiated(program, names))) {
      List<NativeTensor> variables =
          program.variables().stream()
              .map(v -> conversions.toDevice(get(values, v), DType.F64))
              .toList();
      List<NativeTensor> constants =
          program.constants().stream()
              .map(c -> conversions.toDevice(c, c.dtype()))
              .collect(Collectors.toList());
      List<NativeTensor> fed =
          program.inputs().stream()
              .map(k -> conversions.toDevice(get(inputs, k), get(inputs, k).dtype()))
              .toList();
      List<NativeTensor> results = module.run(Lowering.METHOD, List.of(variables, constants, fed));
      theirs.put("loss", torch.copy(results.get(0), TensorType.of(DType.F64)));
      for (int i = 0; i < names.size(); i++) {
        Shape shape = Objects.requireNonNull(MODEL.parameters().get(names.get(i)));
        try (NativeTensor dense = conversions.toHost(results.get(i + 1))) {
          theirs.put(names.get(i), torch.copy(dense, new TensorType(DType.F64, shape)));
        }
      }
      List.of(variables, constants, fed, results).forEach(l -> l.forEach(NativeTensor::close));
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
