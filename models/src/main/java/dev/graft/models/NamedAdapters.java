package dev.graft.models;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several saved adapters on one model, under names: load {@link #saved} once, and give the binding
 * of any {@link #weighted} choice to a {@link ForwardPass}; switching needs no further loading.
 *
 * <p>Where several adapters change one weight W, their changes are added: W + Σ weightᵢ·(Wᵢ − W),
 * with Wᵢ what adapter i alone makes of W. For LoRA, MoRA and VeRA that is the sum of their ΔW. A
 * DoRA, which rescales a weight, does so with the base model's W, not with what others make of it;
 * two DoRAs of one weight are therefore the sum of two changes and not one DoRA after the other.
 */
public final class NamedAdapters {
  private final CausalLm model;
  private final Map<String, SavedAdapter> adapters;

  private NamedAdapters(CausalLm model, Map<String, SavedAdapter> adapters) {
    this.model = model;
    this.adapters = adapters;
  }

  /**
   * Puts adapters side by side.
   *
   * @param adapters at least one, all laid onto this model, by names without a slash
   * @throws GraftException {@code usage} for no adapter or a name that cannot be used
   */
  public static NamedAdapters of(CausalLm model, Map<String, SavedAdapter> adapters) {
    if (adapters.isEmpty()) {
      throw new GraftException(ErrorCode.USAGE, "expected at least one adapter, received none");
    }
    for (String name : adapters.keySet()) {
      if (name.isBlank() || name.contains("/")) {
        throw new GraftException(
            ErrorCode.USAGE, "expected an adapter's name without a slash, received '" + name + "'");
      }
    }
    return new NamedAdapters(model, new LinkedHashMap<>(adapters));
  }

  public List<String> names() {
    return List.copyOf(adapters.keySet());
  }

  /** All of them with weight 1, if they can be used together. */
  public SavedAdapter saved() {
    Map<String, Double> all = new LinkedHashMap<>();
    adapters.keySet().forEach(name -> all.put(name, 1.0));
    return weighted(all);
  }

  /**
   * The adapter that some of them make together. The values and variables are those of all,
   * whatever the weights.
   *
   * @param weights what changes are multiplied by, by name; 0 for a name that is not there
   * @throws GraftException {@code usage} for a name that is not known or a weight that is not
   *     finite; {@code adapter.unsupported} where an adapter that replaces whole weights has
   *     another weight than 0 or 1, or two replace the same
   */
  public SavedAdapter weighted(Map<String, Double> weights) {
    weights.forEach(this::check);
    List<CombinedAdapter.Part> parts = new ArrayList<>();
    Map<String, HostTensor> parameters = new HashMap<>();
    Map<String, HostTensor> replaced = new HashMap<>();
    adapters.forEach(
        (name, saved) -> {
          double weight = weights.getOrDefault(name, 0.0);
          AdapterBinding binding = saved.binding();
          CombinedAdapter.Part part =
              new CombinedAdapter.Part(name, binding.adapter(), binding.sites(), weight);
          parts.add(part);
          for (BoundParameter p : binding.parameters()) {
            String variable = AdapterBinding.variable(p.site(), part.declared(p.spec().name()));
            put(parameters, variable, saved.parameters().get(p.variable()));
          }
          for (BoundShared s : binding.shared()) {
            String variable = AdapterBinding.shared(part.declared(s.spec().name()));
            put(parameters, variable, saved.parameters().get(s.variable()));
          }
          if (weight != 0) {
            replace(replaced, name, weight, saved.replacedWeights());
          }
        });
    return new SavedAdapter(
        AdapterBinding.bind(new CombinedAdapter(parts), model.sites()), parameters, replaced);
  }

  private static void put(
      Map<String, HostTensor> values, String variable, @Nullable HostTensor value) {
    if (value == null) {
      throw new GraftException(
          ErrorCode.ADAPTER_TENSORS, "expected a value for '" + variable + "', received nothing");
    }
    values.put(variable, value);
  }

  private void check(String name, double weight) {
    if (!adapters.containsKey(name)) {
      throw new GraftException(
          ErrorCode.USAGE,
          "unknown adapter '" + name + "'. " + Nearest.hint(name, adapters.keySet()));
    }
    if (!Double.isFinite(weight)) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a finite weight for the adapter '" + name + "', received " + weight);
    }
  }

  private static void replace(
      Map<String, HostTensor> replaced,
      String name,
      double weight,
      Map<String, HostTensor> replacedByIt) {
    replacedByIt.forEach(
        (tensor, value) -> {
          if (weight != 1 || replaced.put(tensor, value) != null) {
            throw new GraftException(
                ErrorCode.ADAPTER_UNSUPPORTED,
                "expected whole weights to be replaced by one adapter of weight 1, but '"
                    + name
                    + "' of weight "
                    + weight
                    + " replaces '"
                    + tensor
                    + (weight == 1 ? "', as another does" : "'"));
          }
        });
  }
}
