package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a saved {@code adapter_config.json} for {@link AdapterProvider#fromSaved}. Whatever does
 * not fit is refused with {@code adapter.unsupported}, naming the field.
 */
public final class SavedFields {
  private final Map<String, Object> saved;
  private final String adapter;

  /**
   * Fields to read.
   *
   * @param adapter the provider's name, for errors
   */
  public SavedFields(Map<String, Object> saved, String adapter) {
    this.saved = saved;
    this.adapter = adapter;
  }

  /**
   * Refuses features that are not known: every field must be off (null, false or empty), among
   * {@code known}, or have one of its {@code usual} values.
   */
  public void refuseOthers(Set<String> known, Map<String, Set<Object>> usual) {
    saved.forEach(
        (field, value) -> {
          Set<Object> allowed = usual.getOrDefault(field, Set.of());
          if (!known.contains(field) && !isOff(value) && !allowed.contains(value)) {
            throw new GraftException(
                ErrorCode.ADAPTER_UNSUPPORTED,
                "expected '"
                    + field
                    + "' in adapter_config.json to be absent"
                    + (allowed.isEmpty() ? "" : " or one of " + allowed)
                    + ", since the "
                    + adapter
                    + " adapter does not support more, received "
                    + value
                    + "; merge the adapter with PEFT, or train one without this feature");
          }
        });
  }

  /** Whether a field is absent, or says that a feature is not used. */
  public boolean isOff(String field) {
    return isOff(saved.get(field));
  }

  private static boolean isOff(@Nullable Object value) {
    return value == null
        || value.equals(false)
        || value.equals("")
        || (value instanceof Collection<?> c && c.isEmpty())
        || (value instanceof Map<?, ?> m && m.isEmpty());
  }

  public int whole(String field, int absent) {
    return value(field, absent, SavedFields::whole, "a whole number");
  }

  public double number(String field, double absent) {
    return value(field, absent, SavedFields::number, "a number");
  }

  public boolean bool(String field, boolean absent) {
    return value(field, absent, v -> v instanceof Boolean b ? b : null, "true or false");
  }

  /** A map of whole numbers by name; empty when absent. */
  public Map<String, Integer> wholes(String field) {
    return map(field, SavedFields::whole, "a whole number");
  }

  /** A map of numbers by name; empty when absent. */
  public Map<String, Double> numbers(String field) {
    return map(field, SavedFields::number, "a number");
  }

  /** Which modules a field names; it must be there. */
  public TargetModules modules(String field) {
    Object value = saved.get(field);
    if (value == null) {
      throw unsupported(field, "a list of module names or a string", null);
    }
    try {
      return TargetModules.fromConfig(value);
    } catch (GraftException e) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "'" + field + "' in adapter_config.json: " + e.getMessage(),
          e);
    }
  }

  /** A field of whole numbers: a list of them, or a single one; empty when absent. */
  public List<Integer> indices(String field) {
    Object value = saved.get(field);
    if (value == null) {
      return List.of();
    }
    List<Integer> out = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      if (!(element instanceof Integer i)) {
        throw unsupported(field, "a whole number or a list of them", value);
      }
      out.add(i);
    }
    return List.copyOf(out);
  }

  /** Which modules a field names, where it is used. */
  public Optional<TargetModules> optionalModules(String field) {
    return isOff(field) ? Optional.empty() : Optional.of(modules(field));
  }

  /**
   * Makes a configuration of the fields.
   *
   * @throws GraftException {@code adapter.unsupported} for what the configuration refuses too
   */
  public <C> C config(Supplier<C> made) {
    try {
      return made.get();
    } catch (GraftException e) {
      if (e.code() == ErrorCode.ADAPTER_UNSUPPORTED) {
        throw e;
      }
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED, "adapter_config.json: " + e.getMessage(), e);
    }
  }

  private <V> V value(
      String field, V absent, Function<Object, @Nullable V> convert, String expected) {
    Object value = saved.get(field);
    if (value == null) {
      return absent;
    }
    V converted = convert.apply(value);
    if (converted == null) {
      throw unsupported(field, expected, value);
    }
    return converted;
  }

  private <V> Map<String, V> map(
      String field, Function<Object, @Nullable V> convert, String expected) {
    Object value = saved.get(field);
    Map<String, V> out = new LinkedHashMap<>();
    if (value == null) {
      return out;
    }
    if (!(value instanceof Map<?, ?> m)) {
      throw unsupported(field, "a map of module names to " + expected, value);
    }
    m.forEach(
        (key, element) -> {
          V converted = element == null ? null : convert.apply(element);
          if (converted == null) {
            throw unsupported(field + "['" + key + "']", expected, element);
          }
          out.put(String.valueOf(key), converted);
        });
    return out;
  }

  private static @Nullable Integer whole(Object value) {
    return value instanceof Integer i ? i : null;
  }

  private static @Nullable Double number(Object value) {
    return value instanceof Number n ? (Double) n.doubleValue() : null;
  }

  private static GraftException unsupported(
      String field, String expected, @Nullable Object received) {
    return new GraftException(
        ErrorCode.ADAPTER_UNSUPPORTED,
        "expected "
            + expected
            + " for '"
            + field
            + "' in adapter_config.json, received "
            + received
            + "; save the adapter again with PEFT or Graft");
  }
}
