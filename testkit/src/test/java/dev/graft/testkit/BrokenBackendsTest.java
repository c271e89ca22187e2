package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The kit rejects backends with one fault each, and says what is wrong; it passes a good one. */
final class BrokenBackendsTest {
  /** Demands that the kit's tests of the given names reject a backend with the given messages. */
  private static void rejected(Class<?> broken, String tests, String... messages) {
    KitRun run = KitRun.of(broken, tests);
    assertThat(run.tests()).isPositive();
    assertThat(run.failures()).as("the failures of %s", broken.getSimpleName()).isNotEmpty();
    for (String m : messages) {
      assertThat(run.failures().values()).as("messages").anyMatch(text -> text.contains(m));
    }
  }

  /** A conformance class of a wrapped reference engine. */
  abstract static class Wrapped extends BackendConformance {
    private final Supplier<Backend> broken;

    Wrapped(Supplier<Backend> broken) {
      this.broken = broken;
    }

    @Override
    protected BackendProvider<?> provider() {
      return new ReferenceProvider();
    }

    @Override
    protected Backend open() {
      return broken.get();
    }
  }

  // ---------------------------------------------------------------- none

  static final class Good extends Wrapped {
    Good() {
      super(() -> new WrappedBackend() {});
    }
  }

  @Test
  void aWrapperThatChangesNothingPasses() {
    KitRun run = KitRun.of(Good.class, "(?!memory).*");
    assertThat(run.failures()).isEmpty();
    assertThat(run.tests()).isGreaterThan(200);
  }

  // ---------------------------------------------------------------- wrong values

  static final class WrongTranspose extends Wrapped {
    WrongTranspose() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return real.compile(Rewrite.of(graph, WrongTranspose::reshaped));
                }
              });
    }

    /** Aᵀ by reading the same elements in another shape. */
    private static Optional<Tensor> reshaped(Node n, List<Tensor> in) {
      if (!(n.op() instanceof Op.MatMul m) || !m.transposeA()) {
        return Optional.empty();
      }
      Tensor a = in.get(0);
      int rank = a.shape().rank();
      Tensor wrong = a.reshape(a.transpose(rank - 2, rank - 1).shape());
      return Optional.of(wrong.matmul(in.get(1), false, m.transposeB()));
    }
  }

  @Test
  void aWrongTransposeOfAProductIsFound() {
    rejected(
        WrongTranspose.class,
        "operations",
        "matmul in f32, [2, 5]·[5, 3], transposeA true, transposeB false: element",
        "attention_grad");
  }

  static final class CoarseErf extends Wrapped {
    CoarseErf() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return real.compile(Rewrite.of(graph, CoarseErf::tanh));
                }
              });
    }

    /** A common approximation; off by 3e-4. */
    private static Optional<Tensor> tanh(Node n, List<Tensor> in) {
      if (!n.op().equals(new Op.Unary(Op.UnaryFunction.ERF))) {
        return Optional.empty();
      }
      Tensor x = in.get(0).times(Math.sqrt(2));
      Tensor inner = x.square().times(0.044715).plus(1).times(x).times(Math.sqrt(2 / Math.PI));
      return Optional.of(inner.tanh());
    }
  }

  @Test
  void anApproximationIsFound() {
    rejected(
        CoarseErf.class, "operations", "erf in f32, [3, 5]", "silu and gelu in f32, gelu EXACT");
  }

  static final class LastTies extends Wrapped {
    LastTies() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return real.compile(Rewrite.of(graph, LastTies::last));
                }
              });
    }

    /** The last of equal elements instead of the first. */
    private static Optional<Tensor> last(Node n, List<Tensor> in) {
      if (!(n.op() instanceof Op.ArgMax a) || in.get(0).shape().rank() != 2 || a.axis() != 1) {
        return Optional.empty();
      }
      Tensor x = in.get(0);
      Trace t = x.trace();
      Tensor ranks = t.iota(1, 1, x.dim(1)).cast(x.dtype());
      Tensor hit = x.equal(x.maxKeep(1));
      return Optional.of(
          hit.where(ranks, t.fill(-1, ranks.slice(1, 0, 1).type())).max(1).cast(DType.I64));
    }
  }

  @Test
  void theLastOfEqualElementsIsFound() {
    rejected(LastTies.class, "operations", "argmax in f32, the first of equal elements");
  }

  static final class Overwriting extends Wrapped {
    Overwriting() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return real.compile(Rewrite.of(graph, Overwriting::overwritten));
                }
              });
    }

    /** Repeated indices write their row instead of adding to it. */
    private static Optional<Tensor> overwritten(Node n, List<Tensor> in) {
      if (!(n.op() instanceof Op.ScatterAdd s)
          || in.get(1).shape().rank() != 1
          || in.get(1).dim(0) == 0) {
        return Optional.empty();
      }
      Tensor updates = in.get(0);
      Tensor row = updates.slice(0, 0, 1);
      Tensor out = updates.trace().zeros(row.broadcastTo(row.shape().with(0, s.rows())).type());
      for (int i = 0; i < updates.dim(0); i++) {
        Tensor at = in.get(1).slice(0, i, i + 1).reshape();
        out = out.updateSlice(0, updates.slice(0, i, i + 1), at);
      }
      return Optional.of(out);
    }
  }

  @Test
  void rowsThatAreWrittenInsteadOfAddedAreFound() {
    rejected(Overwriting.class, "operations", "scatter_add in f32, repeated indices");
  }

  // ---------------------------------------------------------------- variables and runs

  static final class ImmediateUpdates extends Wrapped {
    ImmediateUpdates() {
      super(Immediate::new);
    }

    /** Computes and applies one update after the other. */
    private static final class Immediate extends WrappedBackend {
      @Override
      public Executable compile(Graph graph) {
        List<Executable> parts = new ArrayList<>();
        parts.add(real.compile(part(graph, true, Optional.empty())));
        graph
            .updates()
            .keySet()
            .forEach(k -> parts.add(real.compile(part(graph, false, Optional.of(k)))));
        return new Executable() {
          @Override
          public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
            Map<String, HostTensor> out = new HashMap<>();
            parts.forEach(p -> out.putAll(p.run(inputs)));
            return out;
          }

          @Override
          public void close() {
            parts.forEach(Executable::close);
          }
        };
      }

      private static Graph part(Graph graph, boolean outputs, Optional<String> update) {
        Trace t = new Trace(graph.name());
        graph.inputs().forEach(t::input);
        graph.variables().forEach(t::variable);
        Map<Tensor, Tensor> image = new HashMap<>();
        for (Node n : graph.nodes()) {
          Node copy = t.copy(n, n.inputs().stream().map(in -> found(image, in)).toList());
          for (int i = 0; i < n.types().size(); i++) {
            image.put(n.output(i), copy.output(i));
          }
        }
        if (outputs) {
          graph.outputs().forEach((k, y) -> t.output(k, found(image, y)));
        }
        update.ifPresent(k -> t.update(k, found(image, found(graph.updates(), k))));
        return t.build();
      }
    }
  }

  private static <K> Tensor found(Map<K, Tensor> map, K key) {
    return Optional.ofNullable(map.get(key)).orElseThrow();
  }

  @Test
  void updatesThatSeeEachOtherAreFound() {
    rejected(
        ImmediateUpdates.class, "updatesSeeTheValuesFromBeforeTheRun", "after a swap, model.b");
  }

  static final class Truncating extends Wrapped {
    Truncating() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public void write(String variable, HostTensor value, DType storedAs) {
                  HostTensor kept =
                      storedAs == DType.BF16 && value.dtype() == DType.F32
                          ? HostTensor.generate(
                              DType.F32,
                              value.shape(),
                              i ->
                                  Float.intBitsToFloat(
                                      Float.floatToRawIntBits((float) value.get(i)) & 0xffff0000))
                          : value;
                  real.write(variable, kept, storedAs);
                }
              });
    }
  }

  @Test
  void truncationInsteadOfRoundingIsFound() {
    rejected(
        Truncating.class,
        "variablesAreStoredRoundedToNearestEven",
        "a variable written as f32 and stored as bf16: element");
  }

  static final class OwnDType extends Wrapped {
    OwnDType() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public void write(String variable, HostTensor value, DType storedAs) {
                  real.write(variable, value, value.dtype());
                }
              });
    }
  }

  @Test
  void ignoringStoredAsIsFound() {
    rejected(
        OwnDType.class,
        "variablesAreStoredRoundedToNearestEven",
        "a variable written as f32 and stored as");
  }

  static final class Stale extends Wrapped {
    Stale() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return new StaleExecutable(real.compile(graph));
                }
              });
    }
  }

  /** Remembers its first result. */
  private static final class StaleExecutable implements Executable {
    private final Executable real;
    private @Nullable Map<String, HostTensor> first;

    StaleExecutable(Executable real) {
      this.real = real;
    }

    @Override
    public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
      Map<String, HostTensor> now = real.run(inputs);
      if (first == null) {
        first = now;
      }
      return first;
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Test
  void staleOutputsAreFound() {
    rejected(
        Stale.class,
        "updatesSee.*|everyRunComputes.*|noiseIsThat.*",
        "the second run reads",
        "the output of other inputs");
  }

  static final class Hoarding extends Wrapped {
    Hoarding() {
      super(HoardingBackend::new);
    }
  }

  /** Keeps every output for ever. */
  private static final class HoardingBackend extends WrappedBackend {
    private final List<HostTensor> kept = new ArrayList<>();

    @Override
    public Executable compile(Graph graph) {
      Executable e = real.compile(graph);
      return new Executable() {
        @Override
        public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
          Map<String, HostTensor> out = e.run(inputs);
          kept.addAll(out.values());
          return out;
        }

        @Override
        public void close() {
          e.close();
        }
      };
    }
  }

  @Test
  void memoryThatGrowsIsFound() {
    rejected(Hoarding.class, "memoryStaysFlatOverManyRuns", "bytes of memory grown over");
  }

  // ---------------------------------------------------------------- declarations and refusals

  static final class Undeclared extends Wrapped {
    Undeclared() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Capabilities capabilities() {
                  Capabilities c = real.capabilities();
                  Set<DType> fewer = new HashSet<>(c.dtypes());
                  fewer.remove(DType.BF16);
                  return new Capabilities(c.device(), fewer, c.fused(), c.maxVariableBytes());
                }
              });
    }
  }

  @Test
  void acceptingAnUndeclaredDtypeIsFound() {
    rejected(
        Undeclared.class,
        "dtypesThatAreNotDeclaredAreRefused",
        "bf16, which is not among dtypes(), for a variable: expected a refusal with"
            + " backend.unsupported, but it was accepted");
  }

  static final class SilentExpansion extends Wrapped {
    SilentExpansion() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  return real.compile(Expansion.expand(graph, Set.of()));
                }
              });
    }
  }

  @Test
  void acceptingAnUndeclaredCompositeIsFound() {
    rejected(
        SilentExpansion.class,
        "compositesThatAreNotDeclaredAreRefused",
        "a graph with the composite linear, which is not among fused()");
  }

  static final class EmptyPromise extends Wrapped {
    EmptyPromise() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Capabilities capabilities() {
                  Capabilities c = real.capabilities();
                  return new Capabilities(
                      c.device(), c.dtypes(), Set.of("softmax", "swish"), c.maxVariableBytes());
                }
              });
    }
  }

  @Test
  void aDeclaredCompositeThatIsRefusedIsFound() {
    rejected(
        EmptyPromise.class,
        "operations|everyFusedComposite.*",
        "swish",
        "received the composite softmax");
  }

  static final class WrongFusion extends Wrapped {
    WrongFusion() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Capabilities capabilities() {
                  Capabilities c = real.capabilities();
                  return new Capabilities(
                      c.device(), c.dtypes(), Set.of("softmax"), c.maxVariableBytes());
                }

                @Override
                public Executable compile(Graph graph) {
                  for (Node n : graph.nodes()) {
                    if (n.op() instanceof Composite && !n.op().name().equals("softmax")) {
                      throw new GraftException(
                          ErrorCode.BACKEND_UNSUPPORTED, "expected softmax only");
                    }
                  }
                  return real.compile(
                      Expansion.expand(Rewrite.of(graph, WrongFusion::unshifted), Set.of()));
                }
              });
    }

    /** Overflows for large logits. */
    private static Optional<Tensor> unshifted(Node n, List<Tensor> in) {
      if (!n.op().name().equals("softmax")) {
        return Optional.empty();
      }
      Tensor e = in.get(0).exp();
      return Optional.of(e.div(e.sumKeep(-1)));
    }
  }

  @Test
  void aFusedCompositeThatOverflowsIsFound() {
    rejected(WrongFusion.class, "operations", "softmax in f32, large logits");
  }

  static final class Tolerant extends Wrapped {
    Tolerant() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public Executable compile(Graph graph) {
                  Executable e = real.compile(graph);
                  return new Executable() {
                    @Override
                    public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
                      Map<String, HostTensor> known = new LinkedHashMap<>(inputs);
                      known.keySet().retainAll(graph.inputs().keySet());
                      return e.run(known);
                    }

                    @Override
                    public void close() {
                      e.close();
                    }
                  };
                }
              });
    }
  }

  @Test
  void acceptingAnExtraInputIsFound() {
    rejected(
        Tolerant.class, "inputsAreExactlyThoseOfTheGraph", "an extra input: expected a refusal");
  }

  static final class NeverClosed extends Wrapped {
    NeverClosed() {
      super(
          () ->
              new WrappedBackend() {
                @Override
                public void close() {}
              });
    }
  }

  @Test
  void aBackendThatDoesNotCloseIsFound() {
    rejected(NeverClosed.class, "whatIsClosedRefusesEveryCall", "read after close()");
  }
}
