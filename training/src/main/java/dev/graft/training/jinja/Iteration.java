package dev.graft.training.jinja;

import java.util.ArrayList;
import java.util.List;

/** Items, indices, slices and attributes of the template's values. */
final class Iteration {
  private Iteration() {}

  /** What a loop over a value goes through. */
  static List<Object> items(Object v) {
    if (v instanceof List<?> l) {
      @SuppressWarnings("unchecked") // all lists of the template's world hold objects
      List<Object> list = (List<Object>) l;
      return list;
    }
    if (v instanceof View view) {
      return view.take();
    }
    List<Object> out = new ArrayList<>();
    if (v instanceof Dict d) {
      d.entries().keySet().forEach(k -> out.add(d.key(k)));
    } else if (v instanceof Text t) {
      String s = t.toString();
      for (int i = 0; i < s.length(); i = s.offsetByCodePoints(i, 1)) {
        out.add(t.substring(i, s.offsetByCodePoints(i, 1)));
      }
    } else if (!(v instanceof Undefined)) {
      throw new JinjaException("expected something to go through, received " + Ops.typeName(v));
    }
    return out;
  }

  static boolean isIterable(Object v) {
    return v instanceof List<?>
        || v instanceof View
        || v instanceof Dict
        || v instanceof Text
        || v instanceof Undefined;
  }

  /** The number of items, of characters for a text. */
  static long length(Object v) {
    if (v instanceof Text t) {
      return t.toString().codePointCount(0, t.length());
    }
    if (v instanceof Dict d) {
      return d.entries().size();
    }
    if (v instanceof List<?> l) {
      return l.size();
    }
    if (v instanceof View view && !view.isOnce()) {
      return view.size();
    }
    if (v instanceof Undefined) {
      return 0;
    }
    throw new JinjaException("expected something that has a length, received " + Ops.typeName(v));
  }

  /** {@code v[key]}. */
  static Object item(Object v, Object key, String what) {
    if (v instanceof Undefined u) {
      throw u.error();
    }
    if (v instanceof Dict d) {
      Object found = key instanceof Text t ? d.entries().get(t.toString()) : null;
      if (found != null) {
        return found;
      }
    } else if (Ops.isInteger(key) && (v instanceof List<?> || v instanceof Text)) {
      long size = length(v);
      long i = Ops.integer(key);
      i = i < 0 ? i + size : i;
      if (i < 0 || i >= size) {
        return new Undefined(what);
      }
      return v instanceof Text t ? codePoints(t, (int) i, (int) i + 1) : items(v).get((int) i);
    }
    return key instanceof Text t ? attribute(v, t.toString(), what) : new Undefined(what);
  }

  /** {@code v.name}. */
  static Object attribute(Object v, String name, String what) {
    if (v instanceof Undefined u) {
      throw u.error();
    }
    if (v instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (v instanceof Namespace n) {
      Object found = n.attributes().get(name);
      return found == null ? new Undefined(what) : found;
    }
    if (v instanceof Text t) {
      return Strings.method(t, name, what);
    }
    if (v instanceof Dict d) {
      return Dicts.attribute(d, name, what);
    }
    if (v instanceof List<?> && Dicts.LIST_METHODS.contains(name)) {
      throw new JinjaException(
          "expected a method of list that is supported, received '" + name + "'");
    }
    return new Undefined(what);
  }

  private static Text codePoints(Text t, int from, int to) {
    String s = t.toString();
    int start = s.offsetByCodePoints(0, from);
    return t.substring(start, s.offsetByCodePoints(start, to - from));
  }

  /** Python's slice; none for a bound that is not given. */
  static Object slice(Object v, Object from, Object to, Object by) {
    if (v instanceof Undefined u) {
      throw u.error();
    }
    if (!(v instanceof Text) && !(v instanceof List<?>)) {
      throw new JinjaException("expected a text or a list to cut, received " + Ops.typeName(v));
    }
    long size = length(v);
    long step = by == None.NONE ? 1 : Ops.integer(by);
    if (step == 0) {
      throw new JinjaException("expected a step other than 0 in a slice");
    }
    long start = bound(from, step > 0 ? 0 : size - 1, size, step);
    long stop = bound(to, step > 0 ? size : -1, size, step);
    if (v instanceof Text t && step == 1) {
      return start < stop ? codePoints(t, (int) start, (int) stop) : Text.EMPTY;
    }
    List<Object> all = items(v);
    List<Object> out = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      out.add(all.get((int) i));
    }
    if (v instanceof Text) {
      Text.Builder text = new Text.Builder();
      out.forEach(x -> text.append((Text) x));
      return text.build();
    }
    return v instanceof Tuple ? new Tuple(out) : out;
  }

  private static long bound(Object given, long otherwise, long size, long step) {
    if (given == None.NONE) {
      return otherwise;
    }
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? size : size - 1;
    long i = Ops.integer(given);
    return Math.max(low, Math.min(high, i < 0 ? i + size : i));
  }
}
