package dev.graft.training.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes a recipe, or what holds one, by dotted keys. */
public final class Overrides {
  /** The keys whose value may be a plugin's name alone. */
  private static final Set<String> PLUGIN_BLOCKS =
      Set.of("adapter", "masking", "backend", "optimizer");

  private Overrides() {}

  /** A deep copy whose maps and lists can be changed, with names of plugins made blocks. */
  public static Map<String, Object> modifiable(Map<?, ?> map) {
    Map<String, Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), copy(v)));
    return out;
  }

  private static @Nullable Object copy(@Nullable Object v) {
    if (v instanceof Map<?, ?> m) {
      return modifiable(m);
    }
    if (v instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>();
      list.forEach(x -> out.add(copy(x)));
      return out;
    }
    return v;
  }

  /**
   * Applies {@code key=value}.
   *
   * @param recipe as {@link #modifiable} makes it
   * @throws GraftException {@code usage}
   */
  public static void apply(Map<String, Object> recipe, String override) {
    int equals = override.indexOf('=');
    String key = equals < 0 ? override : override.substring(0, equals).strip();
    List<String> path = List.of(key.split("\\.", -1));
    if (equals < 1 || path.contains("")) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected an override as key=value, for example learning_rate=1e-4 or adapter.r=16,"
              + " received '"
              + override
              + "'");
    }
    set(recipe, path, value(override, override.substring(equals + 1)), override);
  }

  /**
   * Puts a value at a dotted key.
   *
   * @param recipe as {@link #modifiable} makes it
   * @throws GraftException {@code usage}
   */
  public static void set(Map<String, Object> recipe, String key, Object value) {
    set(recipe, List.of(key.split("\\.", -1)), copy(value), key);
  }

  private static @Nullable Object value(String override, String text) {
    try {
      return copy(YamlFile.parse(text));
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a YAML value in the override '"
              + override
              + "', received: "
              + YamlFile.firstLine(e.getOriginalMessage()),
          e);
    }
  }

  private static void set(
      Object container, List<String> path, @Nullable Object value, String override) {
    String key = path.get(0);
    boolean last = path.size() == 1;
    if (container instanceof Map<?, ?> m) {
      @SuppressWarnings("unchecked") // made by modifiable
      Map<String, @Nullable Object> map = (Map<String, @Nullable Object>) m;
      if (last) {
        map.put(key, value);
        return;
      }
      if (PLUGIN_BLOCKS.contains(key)) {
        map.computeIfPresent(key, (k, v) -> blocks(v));
      }
      Object next = map.get(key);
      if (next == null) {
        next = new LinkedHashMap<String, Object>();
        map.put(key, next);
      }
      set(next, path.subList(1, path.size()), value, override);
      return;
    }
    if (container instanceof List<?> l && index(key, l.size()) >= 0) {
      @SuppressWarnings("unchecked") // made by modifiable
      List<@Nullable Object> list = (List<@Nullable Object>) l;
      int i = index(key, l.size());
      Object element = list.get(i);
      if (last) {
        list.set(i, value);
        return;
      }
      if (element != null) {
        set(element, path.subList(1, path.size()), value, override);
        return;
      }
    }
    throw new GraftException(
        ErrorCode.USAGE,
        "expected the keys of the override '"
            + override
            + "' to lead through blocks of the recipe, or by number through its lists, received '"
            + container
            + "' before '"
            + key
            + "'");
  }

  /** A plugin's name as a block; of a list, each. */
  private static Object blocks(Object v) {
    if (v instanceof String name) {
      return new LinkedHashMap<>(Map.of("type", name));
    }
    if (v instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>();
      list.forEach(x -> out.add(x == null ? null : blocks(x)));
      return out;
    }
    return v;
  }

  private static int index(String key, int size) {
    return key.matches("[0-9]{1,6}") && Integer.parseInt(key) < size ? Integer.parseInt(key) : -1;
  }
}
