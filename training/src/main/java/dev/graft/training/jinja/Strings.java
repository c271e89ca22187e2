package dev.graft.training.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. */
final class Strings {
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "center",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "isalnum",
          "isascii",
          "isdecimal",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "ljust",
          "maketrans",
          "rindex",
          "rjust",
          "swapcase",
          "translate",
          "zfill");

  private Strings() {}

  /** What Python's str.isspace says of a character. */
  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || (c > 0x85 && Character.isSpaceChar(c));
  }

  static Object method(Text t, String name, String what) {
    String s = t.toString();
    switch (name) {
      case "strip" -> {
        return call(a -> strip(t, chars(a), true, true));
      }
      case "lstrip" -> {
        return call(a -> strip(t, chars(a), true, false));
      }
      case "rstrip" -> {
        return call(a -> strip(t, chars(a), false, true));
      }
      case "split" -> {
        return call(a -> split(t, a, false));
      }
      case "rsplit" -> {
        return call(a -> split(t, a, true));
      }
      case "splitlines" -> {
        return call(a -> lines(t, a));
      }
      case "startswith" -> {
        return call(a -> any(a, s::startsWith));
      }
      case "endswith" -> {
        return call(a -> any(a, s::endsWith));
      }
      case "removeprefix" -> {
        return call(
            a -> {
              String p = string(a, 0, "prefix");
              return s.startsWith(p) ? t.substring(p.length(), s.length()) : t;
            });
      }
      case "removesuffix" -> {
        return call(
            a -> {
              String p = string(a, 0, "suffix");
              return s.endsWith(p) ? t.substring(0, s.length() - p.length()) : t;
            });
      }
      case "upper" -> {
        return call(a -> upper(t));
      }
      case "lower" -> {
        return call(a -> lower(t));
      }
      case "title" -> {
        return call(a -> title(t));
      }
      case "capitalize" -> {
        return call(a -> capitalize(t));
      }
      case "replace" -> {
        return call(
            a -> {
              a.only("old", "new", "count");
              return replace(t, text(a, 0, "old"), text(a, 1, "new"), a.get(2, "count"));
            });
      }
      case "find" -> {
        return call(a -> index(s, s.indexOf(string(a.only("sub"), 0, "sub"))));
      }
      case "rfind" -> {
        return call(a -> index(s, s.lastIndexOf(string(a.only("sub"), 0, "sub"))));
      }
      case "index" -> {
        return call(
            a -> {
              int at = s.indexOf(string(a.only("sub"), 0, "sub"));
              if (at < 0) {
                throw new JinjaException("expected a text that holds what index looks for");
              }
              return index(s, at);
            });
      }
      case "count" -> {
        return call(a -> count(s, string(a.only("sub"), 0, "sub")));
      }
      case "join" -> {
        return call(a -> join(t, Iteration.items(a.only("iterable").required(0, "iterable"))));
      }
      case "partition" -> {
        return call(a -> partition(t, string(a.only("sep"), 0, "sep"), false));
      }
      case "rpartition" -> {
        return call(a -> partition(t, string(a.only("sep"), 0, "sep"), true));
      }
      case "isspace" -> {
        return call(a -> !s.isEmpty() && s.codePoints().allMatch(Strings::isSpace));
      }
      case "isdigit" -> {
        return call(a -> !s.isEmpty() && s.codePoints().allMatch(Character::isDigit));
      }
      case "isalpha" -> {
        return call(a -> !s.isEmpty() && s.codePoints().allMatch(Character::isLetter));
      }
      case "isupper" -> {
        return call(
            a -> s.equals(s.toUpperCase(Locale.ROOT)) && !s.equals(s.toLowerCase(Locale.ROOT)));
      }
      case "islower" -> {
        return call(
            a -> s.equals(s.toLowerCase(Locale.ROOT)) && !s.equals(s.toUpperCase(Locale.ROOT)));
      }
      default -> {
        if (UNSUPPORTED.contains(name)) {
          throw new JinjaException(
              "expected a method of str that is supported, received '" + name + "'");
        }
        return new Undefined(what);
      }
    }
  }

  private static Callable call(Callable method) {
    return method;
  }

  private static Text text(Args a, int place, String name) {
    Object v = a.required(place, name);
    if (v instanceof Text t) {
      return t;
    }
    throw new JinjaException(
        "expected a text as '" + name + "' of " + a.callee() + ", received " + Ops.typeName(v));
  }

  private static String string(Args a, int place, String name) {
    return text(a, place, name).toString();
  }

  private static @Nullable String chars(Args a) {
    Object v = a.only("chars").get(0, "chars");
    return v == null || v == None.NONE ? null : string(a, 0, "chars");
  }

  private static boolean any(Args a, java.util.function.Predicate<String> holds) {
    Object v = a.only("prefix").required(0, "prefix");
    if (v instanceof List<?> l) {
      return l.stream().anyMatch(x -> x instanceof Text t && holds.test(t.toString()));
    }
    return holds.test(string(a, 0, "prefix"));
  }

  /** Takes characters off the ends: those of a set, or white space. */
  static Text strip(Text t, @Nullable String chars, boolean left, boolean right) {
    String s = t.toString();
    int from = 0;
    int to = s.length();
    while (left && from < to && strips(s.codePointAt(from), chars)) {
      from += Character.charCount(s.codePointAt(from));
    }
    while (right && from < to && strips(s.codePointBefore(to), chars)) {
      to -= Character.charCount(s.codePointBefore(to));
    }
    return t.substring(from, to);
  }

  private static boolean strips(int c, @Nullable String chars) {
    return chars == null ? isSpace(c) : chars.indexOf(c) >= 0;
  }

  private static List<Object> split(Text t, Args a, boolean fromRight) {
    a.only("sep", "maxsplit");
    Object sep = a.get(0, "sep");
    Object max = a.get(1, "maxsplit");
    long left = max == null ? -1 : Ops.integer(max);
    String s = t.toString();
    List<Object> out = new ArrayList<>();
    if (sep == null || sep == None.NONE) {
      if (left >= 0) {
        throw new JinjaException("expected a separator of split with maxsplit");
      }
      for (int i = 0; i < s.length(); ) {
        int start = i;
        while (i < s.length() && !isSpace(s.codePointAt(i))) {
          i += Character.charCount(s.codePointAt(i));
        }
        if (i > start) {
          out.add(t.substring(start, i));
        }
        i += i < s.length() ? Character.charCount(s.codePointAt(i)) : 0;
      }
      return out;
    }
    String by = string(a, 0, "sep");
    if (by.isEmpty()) {
      throw new JinjaException("expected a separator of split that is not empty");
    }
    if (fromRight) {
      int end = s.length();
      for (int at = s.lastIndexOf(by);
          at >= 0 && left != 0;
          at = at == 0 ? -1 : s.lastIndexOf(by, at - by.length()), left--) {
        out.add(0, t.substring(at + by.length(), end));
        end = at;
        if (at < by.length()) {
          break;
        }
      }
      out.add(0, t.substring(0, end));
      return out;
    }
    int start = 0;
    for (int at = s.indexOf(by); at >= 0 && left != 0; at = s.indexOf(by, start), left--) {
      out.add(t.substring(start, at));
      start = at + by.length();
    }
    out.add(t.substring(start, s.length()));
    return out;
  }

  private static List<Object> lines(Text t, Args a) {
    Object keep = a.only("keepends").get(0, "keepends");
    return lines(t, keep != null && Ops.truth(keep));
  }

  static List<Object> splitLines(Text t) {
    return lines(t, false);
  }

  private static List<Object> lines(Text t, boolean keeps) {
    String s = t.toString();
    List<Object> out = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      boolean ends =
          (c >= 0x0a && c <= 0x0d)
              || (c >= 0x1c && c <= 0x1e)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        int next = c == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n' ? i + 2 : i + 1;
        out.add(t.substring(start, keeps ? next : i));
        start = next;
        i = next - 1;
      }
    }
    if (start < s.length()) {
      out.add(t.substring(start, s.length()));
    }
    return out;
  }

  static Text replace(Text t, Text from, Text to, @Nullable Object count) {
    String s = t.toString();
    String old = from.toString();
    long left = count == null || count == None.NONE ? -1 : Ops.integer(count);
    if (old.isEmpty()) {
      throw new JinjaException("expected text to replace that is not empty");
    }
    Text.Builder out = new Text.Builder();
    int start = 0;
    for (int at = s.indexOf(old); at >= 0 && left != 0; at = s.indexOf(old, start), left--) {
      out.append(t, start, at);
      out.append(to);
      start = at + old.length();
    }
    out.append(t, start, s.length());
    return out.build();
  }

  private static long index(String s, int unit) {
    return unit < 0 ? -1 : s.codePointCount(0, unit);
  }

  private static long count(String s, String part) {
    if (part.isEmpty()) {
      return s.codePointCount(0, s.length()) + 1L;
    }
    long n = 0;
    for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
      n++;
    }
    return n;
  }

  static Text join(Text by, List<Object> items) {
    Text.Builder out = new Text.Builder();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Text t)) {
        throw new JinjaException("expected texts to join, received " + Ops.typeName(items.get(i)));
      }
      if (i > 0) {
        out.append(by);
      }
      out.append(t);
    }
    return out.build();
  }

  private static List<Object> partition(Text t, String by, boolean last) {
    String s = t.toString();
    int at = last ? s.lastIndexOf(by) : s.indexOf(by);
    if (at < 0) {
      return last
          ? new Tuple(List.of(Text.EMPTY, Text.EMPTY, t))
          : new Tuple(List.of(t, Text.EMPTY, Text.EMPTY));
    }
    return new Tuple(
        List.of(
            t.substring(0, at),
            t.substring(at, at + by.length()),
            t.substring(at + by.length(), s.length())));
  }

  static Text upper(Text t) {
    return rewrite(t, s -> s.toUpperCase(Locale.ROOT));
  }

  static Text lower(Text t) {
    return rewrite(t, s -> s.toLowerCase(Locale.ROOT));
  }

  static Text capitalize(Text t) {
    String s = t.toString();
    if (s.isEmpty()) {
      return t;
    }
    int first = Character.charCount(s.codePointAt(0));
    return rewrite(t.substring(0, first), Strings::titleCase)
        .plus(lower(t.substring(first, s.length())));
  }

  static Text title(Text t) {
    String s = t.toString();
    Text.Builder out = new Text.Builder();
    boolean inWord = false;
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      int next = i + Character.charCount(c);
      Text one = t.substring(i, next);
      out.append(inWord ? lower(one) : rewrite(one, Strings::titleCase));
      inWord = Character.isLetter(c);
      i = next;
    }
    return out.build();
  }

  private static String titleCase(String s) {
    return Character.toString(Character.toTitleCase(s.codePointAt(0)));
  }

  /** Rewrites every run on its own, which keeps its source. */
  private static Text rewrite(Text t, UnaryOperator<String> change) {
    Text.Builder out = new Text.Builder();
    for (int r = 0; r < t.runs(); r++) {
      String before = t.toString().substring(t.start(r), t.end(r));
      String after = change.apply(before);
      out.append(after, t.source(r), after.length() == before.length() ? t.offset(r) : -1);
    }
    return out.build();
  }
}
