package dev.graft.training.plugins;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.masking.MaskingProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The engines, adapters and masks that can be used, by name. */
public final class Plugins {
  private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  private final Map<String, Plugin<BackendProvider<?>>> backends;
  private final Map<String, Plugin<AdapterProvider<?>>> adapters;
  private final Map<String, Plugin<MaskingProvider<?>>> maskings;
  private final List<BrokenPlugin> broken;

  private Plugins(
      List<Plugin<BackendProvider<?>>> backends,
      List<Plugin<AdapterProvider<?>>> adapters,
      List<Plugin<MaskingProvider<?>>> maskings,
      List<BrokenPlugin> broken) {
    this.backends = byName(backends);
    this.adapters = byName(adapters);
    this.maskings = byName(maskings);
    this.broken = List.copyOf(broken);
  }

  /** Finds what the class path offers. */
  public static Plugins discover() {
    return discover(Plugins.class.getClassLoader(), List.of());
  }

  /**
   * Finds what an application's loader and its parents offer, and what the loaders of single plugin
   * jars offer themselves.
   *
   * @throws GraftException {@code plugin.name} for a blank or malformed name, {@code
   *     plugin.duplicate} where two plugins of a kind have the same; both name the jars. A provider
   *     that cannot be loaded is no error: it is logged and listed in {@link #broken()}
   */
  public static Plugins discover(ClassLoader application, List<ClassLoader> pluginJars) {
    Discovery<BackendProvider<?>> b =
        new Discovery<>(PluginKind.BACKEND, BackendProvider.class, BackendProvider::name);
    Discovery<AdapterProvider<?>> a =
        new Discovery<>(PluginKind.ADAPTER, AdapterProvider.class, AdapterProvider::name);
    Discovery<MaskingProvider<?>> m =
        new Discovery<>(PluginKind.MASKING, MaskingProvider.class, MaskingProvider::name);
    List<BrokenPlugin> broken = new ArrayList<>();
    for (Discovery<?> d : List.of(b, a, m)) {
      d.scan(application, true);
      pluginJars.forEach(l -> d.scan(l, false));
      broken.addAll(d.broken());
    }
    return new Plugins(b.found(), a.found(), m.found(), broken);
  }

  private static <P> Map<String, Plugin<P>> byName(List<Plugin<P>> found) {
    Map<String, Plugin<P>> out = new TreeMap<>();
    for (Plugin<P> p : found) {
      if (p.name() == null || !KEBAB.matcher(p.name()).matches()) {
        throw new GraftException(
            ErrorCode.PLUGIN_NAME,
            "expected a kebab-case name from the "
                + p.kind().key()
                + " plugin in "
                + p.jar()
                + ", received '"
                + p.name()
                + "'; remove the jar or have it corrected");
      }
      if (p.kind() == PluginKind.ADAPTER && p.name().equals("full")) {
        throw new GraftException(
            ErrorCode.PLUGIN_NAME,
            "expected another name than 'full', which stands for training all weights, from the"
                + " adapter plugin in "
                + p.jar()
                + "; remove the jar or have it corrected");
      }
      Plugin<P> other = out.put(p.name(), p);
      if (other != null) {
        throw new GraftException(
            ErrorCode.PLUGIN_DUPLICATE,
            "expected one "
                + p.kind().key()
                + " plugin named '"
                + p.name()
                + "', received two, from "
                + other.jar()
                + " and "
                + p.jar()
                + "; remove one of them from the class path");
      }
    }
    return out;
  }

  public List<Plugin<BackendProvider<?>>> backends() {
    return List.copyOf(backends.values());
  }

  public List<Plugin<AdapterProvider<?>>> adapters() {
    return List.copyOf(adapters.values());
  }

  public List<Plugin<MaskingProvider<?>>> maskings() {
    return List.copyOf(maskings.values());
  }

  /** What could not be loaded. */
  public List<BrokenPlugin> broken() {
    return broken;
  }

  /** The backend of a name, else {@code plugin.unknown}. */
  public Plugin<BackendProvider<?>> backend(String name) {
    return find(PluginKind.BACKEND, backends, name);
  }

  /** The adapter of a name, else {@code plugin.unknown}. */
  public Plugin<AdapterProvider<?>> adapter(String name) {
    return find(PluginKind.ADAPTER, adapters, name);
  }

  /** The mask of a name, else {@code plugin.unknown}. */
  public Plugin<MaskingProvider<?>> masking(String name) {
    return find(PluginKind.MASKING, maskings, name);
  }

  private <P> Plugin<P> find(PluginKind kind, Map<String, Plugin<P>> known, String name) {
    Plugin<P> p = known.get(name);
    if (p != null) {
      return p;
    }
    StringBuilder message = new StringBuilder();
    message.append("unknown ").append(kind.key()).append(" '").append(name).append("'. ");
    KnownPlugins.artifact(name)
        .ifPresent(
            jar ->
                message
                    .append("It is in ")
                    .append(jar)
                    .append(", which is not on the class path: add it. "));
    message.append(Nearest.hint(name, known.keySet()));
    List<String> unloaded =
        broken.stream().filter(b -> b.kind() == kind).map(BrokenPlugin::detail).toList();
    if (!unloaded.isEmpty()) {
      message.append(" Could not be loaded: ").append(String.join("; ", unloaded)).append('.');
    }
    throw new GraftException(ErrorCode.PLUGIN_UNKNOWN, message.toString());
  }

  /**
   * The plugin's configuration bound from a block of the recipe.
   *
   * @param options the block without {@code type}
   * @throws GraftException {@code config.unknown-key} naming the plugin and all keys that it does
   *     not have, for example because they belong to another engine; and what else {@link
   *     ConfigBinder#bind} throws
   */
  public static <C extends Record> C bind(
      Plugin<?> plugin, Map<String, Object> options, Class<C> configType) {
    String block = plugin.kind().key();
    Set<String> known = new TreeSet<>();
    ConfigBinder.describe(configType).forEach(k -> known.add(k.key()));
    List<String> unknown = options.keySet().stream().filter(k -> !known.contains(k)).toList();
    if (!unknown.isEmpty()) {
      if (plugin.kind() == PluginKind.BACKEND) {
        known.add("dtype"); // every engine's block has it; who traces the graphs reads it
      }
      String what = unknown.size() == 1 ? "key" : "keys";
      throw new GraftException(
          ErrorCode.CONFIG_UNKNOWN_KEY,
          unknown.stream()
                  .map(k -> "'" + block + "." + k + "'")
                  .collect(Collectors.joining(", ", "unknown " + what + " ", ""))
              + " of the "
              + block
              + " '"
              + plugin.name()
              + "'. "
              + Nearest.hint(unknown.get(0), known)
              + " Correct or remove what it does not know");
    }
    return ConfigBinder.bind(options, configType, block);
  }
}
