package dev.graft.training.plugins;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.masking.MaskingProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final List<BrokenPlugin> broken = new ArrayList<>();

  private Plugins(
      Map<String, Plugin<BackendProvider<?>>> backends,
      Map<String, Plugin<AdapterProvider<?>>> adapters,
      Map<String, Plugin<MaskingProvider<?>>> maskings) {
    this.backends = backends;
    this.adapters = adapters;
    this.maskings = maskings;
  }

  /** Finds what the class path offers. */
  public static Plugins discover() {
    return discover(Plugins.class.getClassLoader(), List.of());
  }

  /**
   * Finds what an application's loader and its parents offer, and what plugins of third parties do,
   * each of which gets a class loader of its own.
   *
   * @param path jars, folders of compiled classes, and folders of plugins: there every jar is a
   *     plugin, and every folder with jars is one with its libraries
   * @throws GraftException {@code file.missing} for an entry that is not there; {@code plugin.name}
   *     for a blank or malformed name and {@code plugin.duplicate} for two of a kind with the same
   *     name on the application's class path, naming the jars. A plugin of the path that cannot be
   *     used is no error: it is listed in {@link #broken()}, and the others are there
   */
  public static Plugins discover(ClassLoader application, List<Path> path) {
    Discovery<BackendProvider<?>> b =
        new Discovery<>(
            PluginKind.BACKEND,
            BackendProvider.class,
            BackendProvider::name,
            BackendProvider::configType);
    Discovery<AdapterProvider<?>> a =
        new Discovery<>(
            PluginKind.ADAPTER,
            AdapterProvider.class,
            AdapterProvider::name,
            AdapterProvider::configType);
    Discovery<MaskingProvider<?>> m =
        new Discovery<>(
            PluginKind.MASKING,
            MaskingProvider.class,
            MaskingProvider::name,
            MaskingProvider::configType);
    Plugins plugins =
        new Plugins(
            byName(b.of(application)), byName(a.of(application)), byName(m.of(application)));
    for (PluginJar jar : PluginPath.find(path, application)) {
      Optional<String> problem = jar.problem();
      if (problem.isPresent()) {
        plugins.broken.add(new BrokenPlugin(Optional.empty(), jar.name(), problem.get()));
        continue;
      }
      plugins.add(plugins.backends, b.of(jar));
      plugins.add(plugins.adapters, a.of(jar));
      plugins.add(plugins.maskings, m.of(jar));
    }
    for (Discovery<?> d : List.of(b, a, m)) {
      plugins.broken.addAll(d.broken());
    }
    return plugins;
  }

  /** Adds those with a name that is free; what Graft has keeps its name. */
  private <P> void add(Map<String, Plugin<P>> known, List<Plugin<P>> found) {
    for (Plugin<P> p : found) {
      Optional<GraftException> refused = refused(p, known);
      if (refused.isPresent()) {
        broken.add(
            new BrokenPlugin(
                Optional.of(p.kind()), p.jar(), String.valueOf(refused.get().getMessage())));
      } else {
        known.put(p.name(), p);
      }
    }
  }

  private static <P> Map<String, Plugin<P>> byName(List<Plugin<P>> found) {
    Map<String, Plugin<P>> out = new TreeMap<>();
    for (Plugin<P> p : found) {
      Optional<GraftException> refused = refused(p, out);
      if (refused.isPresent()) {
        throw refused.get();
      }
      out.put(p.name(), p);
    }
    return out;
  }

  /** Why a plugin cannot have its name beside those that are known, where it cannot. */
  private static <P> Optional<GraftException> refused(Plugin<P> p, Map<String, Plugin<P>> known) {
    String from = "from the " + p.kind().key() + " plugin in " + p.jar();
    if (p.name() == null || !KEBAB.matcher(p.name()).matches()) {
      return Optional.of(
          new GraftException(
              ErrorCode.PLUGIN_NAME,
              "expected a kebab-case name "
                  + from
                  + ", received '"
                  + p.name()
                  + "'; remove the jar or have it corrected"));
    }
    if (p.kind() == PluginKind.ADAPTER && p.name().equals("full")) {
      return Optional.of(
          new GraftException(
              ErrorCode.PLUGIN_NAME,
              "expected another name than 'full', which stands for training all weights, "
                  + from
                  + "; remove the jar or have it corrected"));
    }
    return Optional.ofNullable(known.get(p.name()))
        .map(
            o ->
                new GraftException(
                    ErrorCode.PLUGIN_DUPLICATE,
                    "expected one "
                        + p.kind().key()
                        + " plugin named '"
                        + p.name()
                        + "', received two, from "
                        + o.jar()
                        + " and "
                        + p.jar()
                        + "; remove one of them"));
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

  /** What cannot be used. */
  public List<BrokenPlugin> broken() {
    return List.copyOf(broken);
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
    broken.stream()
        .filter(b -> b.kind().isEmpty() || b.kind().get() == kind)
        .forEach(b -> message.append(" Besides, ").append(b.sentence()).append('.'));
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
