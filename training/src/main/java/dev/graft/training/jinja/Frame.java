package dev.graft.training.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that are known at a place: those of a loop's round, of a macro, of the template. */
final class Frame {
  private final @Nullable Frame outer;
  private final Map<String, Object> names;

  Frame(@Nullable Frame outer) {
    this(outer, new HashMap<>());
  }

  Frame(@Nullable Frame outer, Map<String, Object> names) {
    this.outer = outer;
    this.names = names;
  }

  Object get(String name) {
    for (Frame f = this; f != null; f = f.outer) {
      Object value = f.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return new Undefined(name);
  }

  void set(String name, Object value) {
    names.put(name, value);
  }
}
