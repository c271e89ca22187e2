package dev.graft.training.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A mapping of the template's world, in order.
 *
 * @param source the value of the data that it is from, for the keys and punctuation that are
 *     written of it
 */
record Dict(Map<String, Object> entries, int source) {
  /** An empty mapping. */
  static Dict of(int source) {
    return new Dict(new LinkedHashMap<>(), source);
  }

  Text key(String name) {
    return source == Text.TEMPLATE ? Text.literal(name) : Text.rewritten(name, source);
  }
}
