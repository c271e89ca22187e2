package dev.graft.models;

import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of a model in one trace. Frozen weights are variables stored in the compute
 * dtype; trainable ones are f32 variables, cast where they are used; so are the adapter's
 * parameters. Its constants are variables too ({@link AdapterConstants}), but follow in the trace
 * from weights that are trained. Every layer is traced at its site's name.
 */
public final class ForwardPass implements Forward {
  /** Gives a layer the keys and values to attend to; see {@link Forward#attend}. */
  @FunctionalInterface
  public interface Cache {
    KeysValues attend(int layer, Tensor k, Tensor v);
  }

  private final Trace trace;
  private final CausalLm model;
  private final DType dtype;
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Set<String> trainable;
  private final @Nullable AdapterBinding adapter;
  private final @Nullable Tensor noiseKey;
  private final Cache cache;
  private final UnaryOperator<Tensor> embeddings;
  private final List<Tensor> checkpoints = new ArrayList<>();

  private ForwardPass(Builder b) {
    this.trace = b.trace;
    this.model = b.model;
    this.dtype = b.dtype;
    this.adapter = b.adapter;
    this.noiseKey = b.noiseKey;
    this.cache = b.cache;
    this.embeddings = b.embeddings;
    this.trainable = Set.copyOf(b.trainable);
    model.weights().forEach(w -> shapes.put(w.name(), w.shape()));
    for (String name : trainable) {
      shape(name);
    }
  }

  /**
   * Starts a pass that scores: no adapter, nothing trainable, no dropout, no cache.
   *
   * @param compute f32 or bf16
   */
  public static Builder of(Trace trace, CausalLm model, DType compute) {
    return new Builder(trace, model, compute);
  }

  /** Collects what a pass needs. */
  public static final class Builder {
    private final Trace trace;
    private final CausalLm model;
    private final DType dtype;
    private final Set<String> trainable = new HashSet<>();
    private @Nullable AdapterBinding adapter;
    private @Nullable Tensor noiseKey;
    private Cache cache = (layer, k, v) -> new KeysValues(k, v);
    private UnaryOperator<Tensor> embeddings = e -> e;

    private Builder(Trace trace, CausalLm model, DType dtype) {
      this.trace = trace;
      this.model = model;
      this.dtype = dtype;
    }

    public Builder adapter(AdapterBinding binding) {
      this.adapter = binding;
      return this;
    }

    public Builder adapter(Optional<AdapterBinding> binding) {
      this.adapter = binding.orElse(null);
      return this;
    }

    /** Names of weights that are trained themselves: f32 variables. */
    public Builder trainable(Set<String> weights) {
      trainable.addAll(weights);
      return this;
    }

    /**
     * Makes this a training pass, with dropout.
     *
     * @param key seed, step and micro-batch, i64 [3]
     */
    public Builder training(Tensor key) {
      this.noiseKey = key;
      return this;
    }

    /** What becomes of the embeddings [b, t, c] before the first layer, such as added noise. */
    public Builder embeddings(UnaryOperator<Tensor> change) {
      this.embeddings = change;
      return this;
    }

    public Builder cache(Cache hook) {
      this.cache = hook;
      return this;
    }

    /**
     * The pass.
     *
     * @throws GraftException {@code graph.invalid} when a trainable name is no weight of the model
     */
    public ForwardPass build() {
      return new ForwardPass(this);
    }
  }

  public CausalLm model() {
    return model;
  }

  @Override
  public Trace trace() {
    return trace;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public boolean training() {
    return noiseKey != null;
  }

  private Shape shape(String weight) {
    Shape shape = shapes.get(weight);
    if (shape == null) {
      throw new GraftException(
          ErrorCode.GRAPH_INVALID, "expected a weight of the model, received '" + weight + "'");
    }
    return shape;
  }

  @Override
  public Tensor weight(String name) {
    DType stored = trainable.contains(name) ? DType.F32 : dtype;
    return trace.variable(name, new TensorType(stored, shape(name))).cast(dtype);
  }

  private Optional<Tensor> bias(Site site) {
    String name = site.name() + ".bias";
    return shapes.containsKey(name) ? Optional.of(weight(name)) : Optional.empty();
  }

  @Override
  public Tensor linear(Site site, Tensor x) {
    return trace.at(site.name(), () -> layer(site, x));
  }

  @Override
  public Tensor embedding(Site site, Tensor ids) {
    return trace.at(site.name(), () -> embeddings.apply(layer(site, ids)));
  }

  private Tensor layer(Site site, Tensor x) {
    Context context = new Context(site, x);
    return adapter != null && adapter.covers(site)
        ? adapter.adapter().forward(context)
        : context.baseOutput();
  }

  @Override
  public KeysValues attend(int layer, Tensor k, Tensor v) {
    return cache.attend(layer, k, v);
  }

  @Override
  public void checkpoint(Tensor x) {
    checkpoints.add(x);
  }

  /** What the model said to be between its blocks, in the order of the pass so far. */
  public List<Tensor> checkpoints() {
    return List.copyOf(checkpoints);
  }

  /** The logits [.., v] of hidden states [.., c]. */
  public Tensor logits(Tensor hidden) {
    return linear(model.head(), hidden);
  }

  /** Whether nothing at the head is trained, so that no gradient of its weight is needed. */
  boolean headIsFrozen() {
    return !trainable.contains(model.headWeight())
        && (adapter == null || !adapter.covers(model.head()));
  }

  private final class Context implements AdapterContext {
    private final Site site;
    private final Tensor x;

    Context(Site site, Tensor x) {
      this.site = site;
      this.x = x;
    }

    @Override
    public Site site() {
      return site;
    }

    @Override
    public Tensor x() {
      return x;
    }

    @Override
    public Tensor baseOutput() {
      return site.kind() == SiteKind.EMBEDDING
          ? weight().gather(x)
          : Linear.of(x, weight(), bias().orElse(null));
    }

    @Override
    public Tensor weight() {
      return ForwardPass.this.weight(model.weight(site));
    }

    @Override
    public Optional<Tensor> bias() {
      return ForwardPass.this.bias(site);
    }

    @Override
    public Tensor parameter(String name) {
      BoundParameter p = binding().parameter(site, name);
      return trace.variable(p.variable(), p.type());
    }

    @Override
    public Tensor constant(String name) {
      BoundConstant c = binding().constant(site, name);
      return trainable.contains(model.weight(site))
          ? c.spec().of(weight())
          : trace.variable(c.variable(), c.type());
    }

    @Override
    public Tensor shared(String name) {
      BoundShared s = binding().shared(site, name);
      return trace.variable(s.variable(), s.type());
    }

    private AdapterBinding binding() {
      if (adapter == null) {
        throw new IllegalStateException("a context is given to adapters only");
      }
      return adapter;
    }

    @Override
    public boolean training() {
      return ForwardPass.this.training();
    }

    @Override
    public Tensor uniform(String name, Shape shape) {
      if (noiseKey == null) {
        throw new GraftException(
            ErrorCode.GRAPH_INVALID,
            site.name() + ": expected noise ('" + name + "') to be asked for in training only");
      }
      return Uniform.of(noiseKey, site.name() + "/" + name, shape);
    }
  }
}
