package dev.graft.training.recipe;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A block that names a plugin and holds its options, as {@code {type: lora, r: 8}}; the name alone
 * is short for a block without options.
 */
public final class PluginBlock {
  private static final String TYPE = "type";

  private final String type;
  private final Map<String, Object> options;

  private PluginBlock(String type, Map<String, Object> options) {
    this.type = type;
    this.options = Collections.unmodifiableMap(options);
  }

  /** Reads a recipe's value: a name, or a map with the key {@code type}. */
  public static PluginBlock fromConfig(Object value) {
    if (value instanceof String name && !name.isBlank()) {
      return new PluginBlock(name, Map.of());
    }
    if (value instanceof Map<?, ?> m) {
      if (m.get(TYPE) instanceof String name && !name.isBlank()) {
        Map<String, Object> options = new LinkedHashMap<>();
        m.forEach(
            (k, v) -> {
              if (!TYPE.equals(k) && v != null) {
                options.put(String.valueOf(k), v);
              }
            });
        return new PluginBlock(name, options);
      }
      throw new GraftException(
          ErrorCode.CONFIG_MISSING_KEY,
          "expected a block with the key 'type', the plugin's name, received " + m);
    }
    throw new GraftException(
        ErrorCode.CONFIG_TYPE,
        "expected a plugin's name or a block as {type: name, ...}, received '" + value + "'");
  }

  /** The plugin's name. */
  public String type() {
    return type;
  }

  /** Everything else in the block, as read. */
  public Map<String, Object> options() {
    return options;
  }

  public Optional<Object> option(String key) {
    return Optional.ofNullable(options.get(key));
  }

  /** This block without one option. */
  public PluginBlock without(String key) {
    Map<String, Object> rest = new LinkedHashMap<>(options);
    rest.remove(key);
    return new PluginBlock(type, rest);
  }

  /** This block with other options, for example with every default filled in. */
  public PluginBlock with(Map<String, Object> newOptions) {
    return new PluginBlock(type, new LinkedHashMap<>(newOptions));
  }

  /** The block as a recipe writes it. */
  public Map<String, Object> toConfig() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put(TYPE, type);
    out.putAll(options);
    return out;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof PluginBlock b && b.type.equals(type) && b.options.equals(options);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + options.hashCode();
  }

  @Override
  public String toString() {
    return toConfig().toString();
  }
}
