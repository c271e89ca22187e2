package dev.graft.training.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters. */
final class Filters {
  static final Set<String> NAMES =
      Set.of(
          "trim",
          "length",
          "count",
          "tojson",
          "join",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "first",
          "last",
          "list",
          "string",
          "int",
          "float",
          "abs",
          "default",
          "d",
          "items",
          "dictsort",
          "map",
          "select",
          "reject",
          "selectattr",
          "rejectattr",
          "reverse",
          "indent",
          "unique",
          "sort");

  private Filters() {}

  /** Filters one after the other. */
  interface Chain {
    Object apply(Object value, Frame frame);
  }

  static Object apply(String name, Object v, Args a) {
    switch (name) {
      case "trim" -> {
        Object chars = a.only("chars").get(0, "chars");
        return Strings.strip(
            Output.str(v),
            chars == null || chars == None.NONE ? null : text(chars, "trim").toString(),
            true,
            true);
      }
      case "length", "count" -> {
        a.only();
        return Iteration.length(v);
      }
      case "tojson" -> {
        return Output.json(v, style(a));
      }
      case "join" -> {
        return join(v, a);
      }
      case "upper" -> {
        a.only();
        return Strings.upper(Output.str(v));
      }
      case "lower" -> {
        a.only();
        return Strings.lower(Output.str(v));
      }
      case "title" -> {
        a.only();
        return title(Output.str(v));
      }
      case "capitalize" -> {
        a.only();
        return Strings.capitalize(Output.str(v));
      }
      case "replace" -> {
        a.only("old", "new", "count");
        return Strings.replace(
            Output.str(v),
            Output.str(a.required(0, "old")),
            Output.str(a.required(1, "new")),
            a.get(2, "count"));
      }
      case "first" -> {
        a.only();
        List<Object> front = Iteration.items(v);
        return front.isEmpty() ? new Undefined("the first of nothing") : front.get(0);
      }
      case "last" -> {
        a.only();
        List<Object> back = reversible(v);
        return back.isEmpty() ? new Undefined("the last of nothing") : back.get(back.size() - 1);
      }
      case "list" -> {
        a.only();
        return new ArrayList<>(Iteration.items(v));
      }
      case "string" -> {
        a.only();
        return Output.str(v);
      }
      case "int" -> {
        return integer(v, a.only("default"));
      }
      case "float" -> {
        return floating(v, a.only("default"));
      }
      case "abs" -> {
        a.only();
        return Ops.compare("abs", v, 0L) < 0 ? Ops.negate(v) : Ops.arithmetic("+", 0L, v);
      }
      case "default", "d" -> {
        return otherwise(v, a.only("default_value", "boolean"));
      }
      case "items" -> {
        a.only();
        if (v instanceof Undefined) {
          return View.once(List.of());
        }
        return View.once(Dicts.pairs(dict(v, "items")));
      }
      case "dictsort" -> {
        return dictsort(dict(v, "dictsort"), a.only("case_sensitive", "by", "reverse"));
      }
      case "map" -> {
        return map(v, a);
      }
      case "select" -> {
        return chosen(v, a, false, true);
      }
      case "reject" -> {
        return chosen(v, a, false, false);
      }
      case "selectattr" -> {
        return chosen(v, a, true, true);
      }
      case "rejectattr" -> {
        return chosen(v, a, true, false);
      }
      case "reverse" -> {
        a.only();
        if (v instanceof Text) {
          return Iteration.slice(v, None.NONE, None.NONE, -1L);
        }
        List<Object> turned = new ArrayList<>(reversible(v));
        Collections.reverse(turned);
        return View.once(turned);
      }
      case "indent" -> {
        return indent(Output.str(v), a.only("width", "first", "blank"));
      }
      case "unique" -> {
        return unique(v, a.only("case_sensitive", "attribute"));
      }
      case "sort" -> {
        return sort(v, a.only("reverse", "case_sensitive", "attribute"));
      }
      default -> {
        throw new JinjaException("expected a filter that is supported, received '" + name + "'");
      }
    }
  }

  private static Text text(Object v, String filter) {
    if (v instanceof Text t) {
      return t;
    }
    throw new JinjaException(
        "expected a text for the filter '" + filter + "', received " + Ops.typeName(v));
  }

  private static Dict dict(Object v, String filter) {
    if (v instanceof Dict d) {
      return d;
    }
    throw new JinjaException(
        "expected a dict for the filter '" + filter + "', received " + Ops.typeName(v));
  }

  private static List<Object> reversible(Object v) {
    if (v instanceof View view && view.isOnce()) {
      throw new JinjaException("expected a list to go through backwards, received a generator");
    }
    return Iteration.items(v);
  }

  private static boolean flag(Args a, int place, String name) {
    Object v = a.get(place, name);
    return v != null && Ops.truth(v);
  }

  private static @Nullable Object given(Args a, int place, String name) {
    Object v = a.get(place, name);
    return v == None.NONE ? null : v;
  }

  private static Output.JsonStyle style(Args a) {
    a.only("ensure_ascii", "indent", "separators", "sort_keys");
    Object indent = given(a, 1, "indent");
    Object separators = given(a, 2, "separators");
    String by =
        indent == null
            ? null
            : indent instanceof Text t
                ? t.toString()
                : " ".repeat((int) Math.max(0, Math.min(64, Ops.integer(indent))));
    String comma = indent == null ? ", " : ",";
    String colon = ": ";
    if (separators != null) {
      List<Object> both = Iteration.items(separators);
      if (both.size() != 2) {
        throw new JinjaException("expected two separators of tojson, received " + both.size());
      }
      comma = text(both.get(0), "tojson").toString();
      colon = text(both.get(1), "tojson").toString();
    }
    return new Output.JsonStyle(
        by, comma, colon, flag(a, 0, "ensure_ascii"), flag(a, 3, "sort_keys"));
  }

  private static Text join(Object v, Args a) {
    a.only("d", "attribute");
    Object by = a.get(0, "d");
    Object attribute = given(a, 1, "attribute");
    List<Object> out = new ArrayList<>();
    for (Object x : Iteration.items(v)) {
      out.add(Output.str(attribute == null ? x : attribute(x, attribute)));
    }
    return Strings.join(by == null ? Text.EMPTY : Output.str(by), out);
  }

  /** Jinja's title: words begin behind white space, hyphens and opening brackets. */
  private static Text title(Text t) {
    String s = t.toString();
    Text.Builder out = new Text.Builder();
    boolean begins = true;
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      int next = i + Character.charCount(c);
      Text one = t.substring(i, next);
      out.append(begins ? Strings.upper(one) : Strings.lower(one));
      begins = Strings.isSpace(c) || "-({[<".indexOf(c) >= 0;
      i = next;
    }
    return out.build();
  }

  private static Object integer(Object v, Args a) {
    Object otherwise = a.get(0, "default");
    Object fallback = otherwise == null ? (Object) 0L : otherwise;
    if (v instanceof Undefined u) {
      throw u.error();
    }
    if (v instanceof Double d) {
      return Double.isNaN(d) || Double.isInfinite(d) ? fallback : (Object) d.longValue();
    }
    if (v instanceof Long || v instanceof BigInteger) {
      return v;
    }
    if (v instanceof Boolean) {
      return Ops.integer(v);
    }
    if (v instanceof Text t) {
      String s = Strings.strip(t, null, true, true).toString();
      if (s.matches("[+-]?[0-9]+(_[0-9]+)*")) {
        String digits = s.replace("_", "");
        BigInteger n = new BigInteger(digits.startsWith("+") ? digits.substring(1) : digits);
        return n.bitLength() < 64 ? (Object) n.longValue() : n;
      }
      Object d = floating(v, new Args(a.callee(), List.of(None.NONE), Map.of()));
      return d == None.NONE ? fallback : integer(d, a);
    }
    return fallback;
  }

  private static Object floating(Object v, Args a) {
    Object otherwise = a.get(0, "default");
    Object fallback = otherwise == null ? (Object) 0.0 : otherwise;
    if (v instanceof Undefined u) {
      throw u.error();
    }
    if (Ops.isNumber(v)) {
      return v instanceof Boolean b ? (b ? 1.0 : 0.0) : ((Number) v).doubleValue();
    }
    if (v instanceof Text t) {
      String s = Strings.strip(t, null, true, true).toString();
      if (s.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
        return Double.valueOf(s);
      }
    }
    return fallback;
  }

  private static Object otherwise(Object v, Args a) {
    boolean replaced = v instanceof Undefined || (flag(a, 1, "boolean") && !Ops.truth(v));
    Object value = a.get(0, "default_value");
    return replaced ? (value == null ? Text.EMPTY : value) : v;
  }

  private static Object attribute(Object v, Object path) {
    if (!(path instanceof Text t)) {
      return Iteration.item(v, path, "an item");
    }
    Object out = v;
    for (String part : t.toString().split("\\.", -1)) {
      boolean digits = part.matches("[0-9]+");
      out = Iteration.item(out, digits ? Lexer.integer(part) : Text.literal(part), part);
    }
    return out;
  }

  private static View map(Object v, Args a) {
    List<Object> out = new ArrayList<>();
    if (a.positional().isEmpty()) {
      a.only("attribute", "default");
      Object path = a.named().get("attribute");
      if (path == null) {
        throw new JinjaException("expected a filter or attribute= for the filter 'map'");
      }
      Object otherwise = a.named().get("default");
      for (Object x : Iteration.items(v)) {
        Object value = attribute(x, path);
        out.add(value instanceof Undefined && otherwise != null ? otherwise : value);
      }
      return View.once(out);
    }
    String name = text(a.positional().get(0), "map").toString();
    Args rest = rest(a, 1);
    for (Object x : Iteration.items(v)) {
      out.add(apply(name, x, rest));
    }
    return View.once(out);
  }

  private static Args rest(Args a, int from) {
    List<Object> all = a.positional();
    return new Args(a.callee(), all.subList(Math.min(from, all.size()), all.size()), a.named());
  }

  private static View chosen(Object v, Args a, boolean byAttribute, boolean kept) {
    int at = byAttribute ? 1 : 0;
    Object path = byAttribute ? a.required(0, "attribute") : None.NONE;
    boolean tests = a.positional().size() > at;
    String name = tests ? text(a.positional().get(at), "select").toString() : "";
    name = name.equals("==") ? "eq" : name.equals("!=") ? "ne" : name;
    Args rest = rest(a, at + 1);
    List<Object> out = new ArrayList<>();
    for (Object x : Iteration.items(v)) {
      Object value = byAttribute ? attribute(x, path) : x;
      if ((tests ? Tests.holds(name, value, rest) : Ops.truth(value)) == kept) {
        out.add(x);
      }
    }
    return View.once(out);
  }

  private static Text indent(Text t, Args a) {
    Object width = a.get(0, "width");
    Text by =
        width instanceof Text w
            ? w
            : Text.literal(
                " "
                    .repeat(
                        width == null ? 4 : (int) Math.max(0, Math.min(64, Ops.integer(width)))));
    boolean blank = flag(a, 2, "blank");
    Text.Builder out = new Text.Builder();
    List<Object> lines = Strings.splitLines(t.plus(Text.literal("\n")));
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      if (i > 0) {
        out.append("\n");
      }
      if (i == 0 ? flag(a, 1, "first") : blank || !line.isEmpty()) {
        out.append(by);
      }
      out.append(line);
    }
    return out.build();
  }

  private static Object key(Object v, @Nullable Object attribute, boolean caseSensitive) {
    Object value = attribute == null ? v : attribute(v, attribute);
    return value instanceof Text t && !caseSensitive ? Strings.lower(t) : value;
  }

  private static View unique(Object v, Args a) {
    List<Object> seen = new ArrayList<>();
    List<Object> out = new ArrayList<>();
    for (Object x : Iteration.items(v)) {
      Object key = key(x, given(a, 1, "attribute"), flag(a, 0, "case_sensitive"));
      if (!Ops.contains(seen, key)) {
        seen.add(key);
        out.add(x);
      }
    }
    return View.once(out);
  }

  private static List<Object> sort(Object v, Args a) {
    Object attribute = given(a, 2, "attribute");
    boolean sensitive = flag(a, 1, "case_sensitive");
    return sorted(
        Iteration.items(v),
        (x, y) -> Ops.compare("<", key(x, attribute, sensitive), key(y, attribute, sensitive)),
        flag(a, 0, "reverse"));
  }

  private static List<Object> sorted(
      List<Object> items, Comparator<Object> order, boolean reverse) {
    List<Object> out = new ArrayList<>(items);
    out.sort(reverse ? order.reversed() : order);
    return out;
  }

  private static List<Object> dictsort(Dict d, Args a) {
    Object by = a.get(1, "by");
    int part = by == null || by.equals(Text.literal("key")) ? 0 : 1;
    if (part == 1 && by != null && !by.equals(Text.literal("value"))) {
      throw new JinjaException("expected 'key' or 'value' as 'by' of the filter 'dictsort'");
    }
    boolean sensitive = flag(a, 0, "case_sensitive");
    return sorted(
        Dicts.pairs(d),
        (x, y) ->
            Ops.compare(
                "<",
                key(((List<?>) x).get(part), null, sensitive),
                key(((List<?>) y).get(part), null, sensitive)),
        flag(a, 2, "reverse"));
  }
}
