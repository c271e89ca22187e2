package dev.graft.api.adapter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the fields of an {@code adapter_config.json} for {@link Adapter#savedConfig}, in PEFT's
 * names and forms; {@link SavedFields} reads them. Options that are not used are left out, so that
 * older versions of PEFT find no field that they do not know.
 */
public final class SavedConfig {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  /**
   * With the fields that name the kind of adapter and its task.
   *
   * @param peftType PEFT's word for the kind of adapter
   */
  public SavedConfig(String peftType) {
    put("peft_type", peftType);
    put("task_type", "CAUSAL_LM");
  }

  public SavedConfig put(String field, Object value) {
    fields.put(field, value);
    return this;
  }

  /** A number that PEFT declares as an integer: a whole one is written as one. */
  public SavedConfig number(String field, double value) {
    return put(field, plain(value));
  }

  /** A list, unless it is empty. */
  public SavedConfig list(String field, List<?> values) {
    return values.isEmpty() ? this : put(field, values);
  }

  /** Numbers by module pattern, unless there are none. */
  public SavedConfig patterns(String field, Map<String, ? extends Number> values) {
    if (values.isEmpty()) {
      return this;
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    values.forEach((key, value) -> plain.put(key, plain(value.doubleValue())));
    return put(field, plain);
  }

  /** Which modules: {@code target_modules} and what narrows them. */
  public SavedConfig targets(
      TargetModules targets, Optional<TargetModules> excluded, List<Integer> layers) {
    put("target_modules", targets.toConfig());
    excluded.ifPresent(e -> put("exclude_modules", e.toConfig()));
    return list("layers_to_transform", layers);
  }

  private static Number plain(double value) {
    if (value == Math.rint(value) && value <= Integer.MAX_VALUE) {
      return (int) value;
    }
    return value;
  }

  /** The fields. */
  public Map<String, Object> toMap() {
    return new LinkedHashMap<>(fields);
  }
}
