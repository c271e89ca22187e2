package dev.graft.cli;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.models.AdapterBinding;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an adapter trains on given weights.
 *
 * @param sites the parameters at every site that it changes, in forward order
 * @param constants the elements of what it keeps besides, frozen: what follows from weights, and
 *     what sites share; f32
 */
record AdapterCost(Map<Site, List<ParameterSpec>> sites, long constants) {
  /** Lays an adapter onto the sites of a model that its block targets. */
  static AdapterCost onModel(Adapter adapter, List<Site> sites) {
    AdapterBinding binding = AdapterBinding.bind(adapter, sites);
    Map<Site, List<ParameterSpec>> parameters = new LinkedHashMap<>();
    Map<String, Long> constants = new LinkedHashMap<>();
    for (Site site : binding.sites()) {
      parameters.put(site, binding.parameters(site).stream().map(p -> p.spec()).toList());
      binding.constants(site).forEach(c -> constants.put(c.variable(), c.spec().shape().size()));
    }
    binding.shared().forEach(s -> constants.put(s.variable(), s.spec().shape().size()));
    return new AdapterCost(
        parameters, constants.values().stream().mapToLong(Long::longValue).sum());
  }

  /** Lays an adapter onto one weight, whatever it targets. */
  static AdapterCost onWeight(Adapter adapter, Site site) {
    long constants = adapter.constants(site).stream().mapToLong(c -> c.shape().size()).sum();
    long shared = adapter.shared(List.of(site)).stream().mapToLong(s -> s.shape().size()).sum();
    return new AdapterCost(Map.of(site, adapter.parameters(site)), constants + shared);
  }

  /** An adapter from a block's options. */
  static Adapter adapter(Plugin<AdapterProvider<?>> plugin, Map<String, Object> options) {
    return create(plugin, plugin.provider(), options);
  }

  private static <C extends Record> Adapter create(
      Plugin<?> plugin, AdapterProvider<C> provider, Map<String, Object> options) {
    return provider.create(Plugins.bind(plugin, options, provider.configType()));
  }

  static long count(List<ParameterSpec> parameters) {
    return parameters.stream().mapToLong(p -> p.shape().size()).sum();
  }

  /** The trained values of all sites. */
  long parameters() {
    return sites.values().stream().mapToLong(AdapterCost::count).sum();
  }

  /** The tensors of a site: {@code lora_A [8, 576], lora_B [576, 8]}. */
  static String tensors(List<ParameterSpec> parameters) {
    return String.join(", ", parameters.stream().map(p -> p.name() + " " + p.shape()).toList());
  }
}
