package dev.graft.training.jinja;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Java's values as the template's. */
final class Values {
  private Values() {}

  /**
   * Converts a value.
   *
   * @param source the value of the data around it
   */
  static Object of(@Nullable Object v, int source) {
    if (v == null) {
      return None.NONE;
    }
    if (v instanceof String s) {
      return source == Text.TEMPLATE ? Text.literal(s) : Text.rewritten(s, source);
    }
    if (v instanceof Text || v instanceof Boolean || v instanceof BigInteger) {
      return v;
    }
    if (v instanceof Integer || v instanceof Long) {
      return ((Number) v).longValue();
    }
    if (v instanceof Double || v instanceof Float) {
      return ((Number) v).doubleValue();
    }
    if (v instanceof LocalDate day) {
      return Globals.dateWriter(day);
    }
    if (v instanceof List<?> list) {
      List<Object> out = new ArrayList<>(list.size());
      list.forEach(x -> out.add(of(x, source)));
      return out;
    }
    if (v instanceof Sourced sourced) {
      return of(sourced.value(), sourced.source());
    }
    if (v instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach((k, x) -> out.put(String.valueOf(k), of(x, source)));
      return new Dict(out, source);
    }
    throw new IllegalArgumentException("not a value of a template: " + v.getClass());
  }
}
