package dev.graft.models;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Several adapters as one: every change of a weight is multiplied by the weight of its adapter, and
 * the changes are added. What adapter NAME declares as X is declared here as NAME/X.
 */
final class CombinedAdapter implements Adapter {
  /**
   * One of them.
   *
   * @param sites those that it changes, in forward order
   * @param weight what its change is multiplied by; at 0 nothing of it is computed
   */
  record Part(String name, Adapter adapter, List<Site> sites, double weight) {
    String declared(String what) {
      return name + "/" + what;
    }
  }

  private final List<Part> parts;

  CombinedAdapter(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  private List<Part> at(Site site) {
    return parts.stream().filter(p -> p.sites().contains(site)).toList();
  }

  private List<Part> active(Site site) {
    return at(site).stream().filter(p -> p.weight() != 0).toList();
  }

  /** The full names of the sites of all of them. */
  @Override
  public TargetModules targets() {
    TreeSet<String> names = new TreeSet<>();
    parts.forEach(p -> p.sites().forEach(s -> names.add(s.name())));
    return TargetModules.fromConfig(List.copyOf(names));
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    List<ParameterSpec> out = new ArrayList<>();
    for (Part part : at(site)) {
      for (ParameterSpec p : part.adapter().parameters(site)) {
        out.add(
            new ParameterSpec(
                part.declared(p.name()), p.shape(), p.initializer(), p.learningRateFactor()));
      }
    }
    return out;
  }

  @Override
  public List<ConstantSpec> constants(Site site) {
    List<ConstantSpec> out = new ArrayList<>();
    for (Part part : at(site)) {
      for (ConstantSpec c : part.adapter().constants(site)) {
        out.add(new ConstantSpec(part.declared(c.name()), c.shape(), c.value()));
      }
    }
    return out;
  }

  @Override
  public List<SharedSpec> shared(List<Site> sites) {
    List<SharedSpec> out = new ArrayList<>();
    for (Part part : parts) {
      for (SharedSpec s : part.adapter().shared(part.sites())) {
        out.add(new SharedSpec(part.declared(s.name()), s.shape(), s.value()));
      }
    }
    return out;
  }

  /** y₀ + Σ weight·(y − y₀), and exactly y for a single adapter of weight 1. */
  @Override
  public Tensor forward(AdapterContext context) {
    List<Part> active = active(context.site());
    if (active.size() == 1 && active.get(0).weight() == 1) {
      Part part = active.get(0);
      return part.adapter().forward(new Context(part, context));
    }
    Tensor base = context.baseOutput();
    Tensor sum = base;
    for (Part part : active) {
      Tensor y = part.adapter().forward(new Context(part, context));
      sum = sum.plus(y.minus(base).times(part.weight()));
    }
    return sum;
  }

  /** W + Σ weight·(W' − W), and exactly W' for a single adapter of weight 1. */
  @Override
  public Tensor mergedWeight(MergeContext context) {
    List<Part> active = active(context.site());
    if (active.size() == 1 && active.get(0).weight() == 1) {
      Part part = active.get(0);
      return part.adapter().mergedWeight(new Merging(part, context));
    }
    Tensor weight = context.weight();
    Tensor sum = weight;
    for (Part part : active) {
      Tensor merged = part.adapter().mergedWeight(new Merging(part, context));
      sum = sum.plus(merged.minus(weight).times(part.weight()));
    }
    return sum;
  }

  @Override
  public Map<String, Object> savedConfig() {
    throw new GraftException(
        ErrorCode.ADAPTER_UNSUPPORTED,
        "expected one adapter to save, received "
            + parts.size()
            + " combined ("
            + String.join(", ", parts.stream().map(Part::name).toList())
            + "); save each alone, or merge them into a model");
  }

  /** What one of them sees in the forward pass. */
  private record Context(Part part, AdapterContext context) implements AdapterContext {
    @Override
    public Site site() {
      return context.site();
    }

    @Override
    public Tensor x() {
      return context.x();
    }

    @Override
    public Tensor baseOutput() {
      return context.baseOutput();
    }

    @Override
    public Tensor weight() {
      return context.weight();
    }

    @Override
    public Optional<Tensor> bias() {
      return context.bias();
    }

    @Override
    public Tensor parameter(String name) {
      return context.parameter(part.declared(name));
    }

    @Override
    public Tensor constant(String name) {
      return context.constant(part.declared(name));
    }

    @Override
    public Tensor shared(String name) {
      return context.shared(part.declared(name));
    }

    @Override
    public boolean training() {
      return context.training();
    }

    @Override
    public Tensor uniform(String name, Shape shape) {
      return context.uniform(part.declared(name), shape);
    }
  }

  /** What one of them sees in a merge. */
  private record Merging(Part part, MergeContext context) implements MergeContext {
    @Override
    public Site site() {
      return context.site();
    }

    @Override
    public Tensor weight() {
      return context.weight();
    }

    @Override
    public Tensor parameter(String name) {
      return context.parameter(part.declared(name));
    }

    @Override
    public Tensor shared(String name) {
      return context.shared(part.declared(name));
    }
  }
}
