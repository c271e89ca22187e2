package dev.graft.training.run;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.PluginBlock;
import java.util.function.Supplier;

/**
 * A plugin with its block of the recipe bound.
 *
 * @param plugin where it comes from
 * @param block the block with every default filled in
 * @param value makes what the plugin provides
 */
record Bound<T>(Plugin<?> plugin, PluginBlock block, Supplier<T> value) {
  static Bound<Backend> backend(Plugin<BackendProvider<?>> plugin, PluginBlock block) {
    return backend(plugin, plugin.provider(), block);
  }

  private static <C extends Record> Bound<Backend> backend(
      Plugin<?> plugin, BackendProvider<C> provider, PluginBlock block) {
    C config = Plugins.bind(plugin, block.options(), provider.configType());
    return new Bound<>(plugin, filled(block, config), () -> provider.open(config));
  }

  static Bound<Adapter> adapter(Plugin<AdapterProvider<?>> plugin, PluginBlock block) {
    return adapter(plugin, plugin.provider(), block);
  }

  private static <C extends Record> Bound<Adapter> adapter(
      Plugin<?> plugin, AdapterProvider<C> provider, PluginBlock block) {
    C config = Plugins.bind(plugin, block.options(), provider.configType());
    return new Bound<>(plugin, filled(block, config), () -> provider.create(config));
  }

  static Bound<MaskingStrategy> masking(Plugin<MaskingProvider<?>> plugin, PluginBlock block) {
    return masking(plugin, plugin.provider(), block);
  }

  private static <C extends Record> Bound<MaskingStrategy> masking(
      Plugin<?> plugin, MaskingProvider<C> provider, PluginBlock block) {
    C config = Plugins.bind(plugin, block.options(), provider.configType());
    return new Bound<>(plugin, filled(block, config), () -> provider.create(config));
  }

  private static PluginBlock filled(PluginBlock block, Record config) {
    return block.with(ConfigBinder.toMap(config));
  }
}
