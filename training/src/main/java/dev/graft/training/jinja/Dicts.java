package dev.graft.training.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The methods of mappings. */
final class Dicts {
  static final Set<String> LIST_METHODS =
      Set.of(
          "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove",
          "reverse", "sort");

  private static final Set<String> CHANGING =
      Set.of("clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update");

  private Dicts() {}

  static Object attribute(Dict d, String name, String what) {
    switch (name) {
      case "items" -> {
        return (Callable)
            args -> {
              args.only();
              return View.of(pairs(d));
            };
      }
      case "keys" -> {
        return (Callable)
            args -> {
              args.only();
              return View.of(Iteration.items(d));
            };
      }
      case "values" -> {
        return (Callable)
            args -> {
              args.only();
              return View.of(new ArrayList<>(d.entries().values()));
            };
      }
      case "get" -> {
        return (Callable)
            args -> {
              args.only("key", "default");
              Object key = args.required(0, "key");
              Object found = key instanceof Text t ? d.entries().get(t.toString()) : null;
              Object otherwise = args.get(1, "default");
              return found != null ? found : otherwise != null ? otherwise : None.NONE;
            };
      }
      default -> {
        Object found = d.entries().get(name);
        if (found == null && CHANGING.contains(name)) {
          throw new JinjaException(
              "expected a method of dict that is supported, received '" + name + "'");
        }
        return found == null ? new Undefined(what) : found;
      }
    }
  }

  static List<Object> pairs(Dict d) {
    List<Object> out = new ArrayList<>();
    d.entries().forEach((k, v) -> out.add(Tuple.of(d.key(k), v)));
    return out;
  }
}
