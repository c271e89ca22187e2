package dev.graft.training.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arguments of a call. */
record Args(String callee, List<Object> positional, Map<String, Object> named) {
  /** The argument of a parameter, by place or name; null when it is not given. */
  @Nullable Object get(int place, String name) {
    return place < positional.size() ? positional.get(place) : named.get(name);
  }

  Object required(int place, String name) {
    Object value = get(place, name);
    if (value == null) {
      throw new JinjaException("expected the argument '" + name + "' of " + callee);
    }
    return value;
  }

  /** Refuses what the callee does not have. */
  Args only(String... names) {
    if (positional.size() > names.length) {
      throw new JinjaException(
          "expected at most "
              + names.length
              + " arguments of "
              + callee
              + ", received "
              + positional.size());
    }
    for (String name : named.keySet()) {
      if (!Set.of(names).contains(name)) {
        throw new JinjaException(
            "expected arguments of " + callee + " that are supported, received '" + name + "'");
      }
    }
    return this;
  }
}
