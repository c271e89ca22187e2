package dev.graft.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import dev.graft.testkit.SmallLlama;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * Operands that are views (transposed, sliced, broadcast) of other memory: the fast kernels take
 * pointers and strides, and some take dense rows for granted.
 */
final class LayoutTest {
  /** Outputs of the fused graph in f32 against its expansion in f64. */
  private static void check(
      List<Shape> shapes, BiFunction<Trace, List<Tensor>, List<Tensor>> function) {
    try (Backend backend = new DjlBackendProvider().open(DjlConfig.defaults())) {
      assertThat(backend.capabilities().device()).contains("fast");
      Map<String, HostTensor> fused = run(backend, DType.F32, true, shapes, function);
      Map<String, HostTensor> plain = run(backend, DType.F64, false, shapes, function);
      assertThat(fused).hasSameSizeAs(plain).isNotEmpty();
      plain.forEach(
          (key, expected) -> {
            double[] a = Objects.requireNonNull(fused.get(key)).toDoubles();
            double[] b = expected.toDoubles();
            double magnitude = 1;
            for (double x : b) {
              magnitude = Math.max(magnitude, Math.abs(x));
            }
            for (int i = 0; i < b.length; i++) {
              assertThat(Math.abs(a[i] - b[i]))
                  .as("error of element %d of output %s", i, key)
                  .isLessThan(1e-5 * magnitude);
            }
          });
    }
  }

  private static Map<String, HostTensor> run(
      Backend backend,
      DType dtype,
      boolean fused,
      List<Shape> shapes,
      BiFunction<Trace, List<Tensor>, List<Tensor>> function) {
    SplittableRandom random = new SplittableRandom(11);
    Trace t = new Trace("layout");
    Map<String, HostTensor> feed = new LinkedHashMap<>();
    List<Tensor> in = new ArrayList<>();
    for (Shape s : shapes) {
      String key = "x" + in.size();
      HostTensor x = HostTensor.generate(DType.F32, s, i -> 2 * random.nextDouble() - 1);
      feed.put(key, x.cast(dtype));
      in.add(t.input(key, dtype, s.toArray()));
    }
    List<Tensor> out = function.apply(t, in);
    for (int i = 0; i < out.size(); i++) {
      t.output("y" + i, out.get(i));
    }
    Graph g = t.build();
    Set<String> kept = fused ? backend.capabilities().fused() : Set.of();
    try (Executable e = backend.compile(Expansion.expand(g, kept))) {
      return e.run(feed);
    }
  }

  @Test
  void attentionOfTransposedAndBroadcastOperands() {
    check(
        List.of(Shape.of(2, 4, 8, 5), Shape.of(2, 2, 8, 7), Shape.of(1, 1, 7, 5)),
        (t, in) -> {
          Tensor q = in.get(0).transpose(2, 3);
          Tensor k = in.get(1).transpose(2, 3);
          Tensor bias = in.get(2).transpose(2, 3);
          Tensor wide = in.get(2).slice(2, 0, 1).transpose(2, 3).broadcastTo(bias.shape());
          List<Tensor> out = new ArrayList<>();
          for (Tensor b : List.of(bias, wide, t.zeros(bias.type()))) {
            Tensor v = k.times(2);
            List<Tensor> y = Attention.of(q, k, v, b, 0.3);
            out.addAll(y);
            Tensor dout = in.get(0).abs().transpose(2, 3);
            out.addAll(AttentionGrad.of(dout, q, k, v, b, y.get(0), y.get(1), 0.3));
          }
          out.addAll(Attention.of(t.fill(0.5, q.type()), k, t.fill(0.25, k.type()), bias, 0.3));
          return out;
        });
  }

  @Test
  void productsOfTransposedSlicedAndBroadcastMatrices() {
    check(
        List.of(Shape.of(6, 8), Shape.of(8, 10)),
        (t, in) -> {
          Tensor x = in.get(0);
          Tensor y = in.get(1);
          return List.of(
              x.matmul(t.fill(1.5, y.type())),
              t.fill(0.5, x.type()).matmul(y),
              x.slice(1, 2, 6).matmul(y.slice(0, 3, 7)),
              x.slice(1, 2, 6).matmul(y.slice(0, 1, 5).slice(1, 2, 9)),
              x.slice(0, 1, 4).transpose(0, 1).matmul(x.slice(0, 1, 4)),
              x.matmul(y.slice(1, 3, 4).broadcastTo(Shape.of(8, 5))),
              x.matmul(y.slice(0, 3, 4).broadcastTo(Shape.of(8, 10))),
              x.slice(0, 2, 3).broadcastTo(Shape.of(5, 8)).matmul(y),
              x.slice(1, 2, 3).broadcastTo(Shape.of(6, 8)).matmul(y),
              x.slice(1, 7, 8).matmul(y.slice(0, 7, 8)),
              x.slice(0, 0, 0).matmul(y),
              Linear.of(x, y.slice(1, 1, 6).transpose(0, 1), null),
              Linear.of(x.slice(1, 3, 5), y.slice(0, 2, 4).transpose(0, 1), null));
        });
  }

  @Test
  void scriptsForAnotherDeviceCompile() {
    // Where there is no GPU, this much can be seen: every call in them exists.
    for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
      Graph graph = Expansion.expand(SmallLlama.tiny(dtype).step(), Composites.FUSED);
      String source = Lowering.of(graph, Kernels.portable(), "cuda:0").source();
      assertThat(source).contains("cuda:0").doesNotContain("mkldnn", "flash");
      try (Torch.Module m = DjlTorch.open(1).load(source)) {
        assertThat(m).isNotNull();
      }
    }
  }
}
