package dev.graft.training.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as text: Python's str and repr, and json.dumps. */
final class Output {
  private Output() {}

  /** Python's str. */
  static Text str(Object v) {
    if (v instanceof Text t) {
      return t;
    }
    if (v instanceof Undefined) {
      return Text.EMPTY;
    }
    Text.Builder out = new Text.Builder();
    repr(v, Text.TEMPLATE, out);
    return out.build();
  }

  private static void repr(Object v, int source, Text.Builder out) {
    if (v instanceof Text t) {
      quotePython(t, out);
    } else if (v instanceof Dict d) {
      String separator = "{";
      for (Map.Entry<String, Object> e : d.entries().entrySet()) {
        out.append(separator, d.source(), -1);
        quotePython(d.key(e.getKey()), out);
        out.append(": ", d.source(), -1);
        repr(e.getValue(), d.source(), out);
        separator = ", ";
      }
      out.append(d.entries().isEmpty() ? "{}" : "}", d.source(), -1);
    } else if (v instanceof List<?> l) {
      boolean tuple = v instanceof Tuple;
      out.append(tuple ? "(" : "[", source, -1);
      for (int i = 0; i < l.size(); i++) {
        out.append(i == 0 ? "" : ", ", source, -1);
        repr(l.get(i), source, out);
      }
      out.append(tuple ? (l.size() == 1 ? ",)" : ")") : "]", source, -1);
    } else {
      out.append(scalar(v), source, -1);
    }
  }

  private static String scalar(Object v) {
    if (v instanceof Boolean b) {
      return b ? "True" : "False";
    }
    if (v == None.NONE) {
      return "None";
    }
    if (v instanceof Double d) {
      return floating(d);
    }
    if (v instanceof Number) {
      return v.toString();
    }
    throw new JinjaException("expected a value that can be written, received " + Ops.typeName(v));
  }

  /** Python's repr of a float: the fewest digits that give the same number. */
  static String floating(double d) {
    if (Double.isNaN(d)) {
      return "nan";
    }
    if (Double.isInfinite(d)) {
      return d > 0 ? "inf" : "-inf";
    }
    if (d == 0) {
      return 1 / d < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(d);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == d) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (d < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "e"
        + (exponent < 0 ? "-" : "+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private static void quotePython(Text t, Text.Builder out) {
    String s = t.toString();
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    int edge = s.isEmpty() ? Text.TEMPLATE : t.sourceAt(0);
    out.append(String.valueOf(quote), edge, -1);
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      int next = i + Character.charCount(c);
      String escape = pythonEscape(c, quote);
      if (escape == null) {
        out.append(t, i, next);
      } else {
        out.append(escape, t.sourceAt(i), -1);
      }
      i = next;
    }
    out.append(String.valueOf(quote), edge, -1);
  }

  private static @Nullable String pythonEscape(int c, char quote) {
    if (c == '\\' || c == quote) {
      return "\\" + (char) c;
    }
    if (c == '\n') {
      return "\\n";
    }
    if (c == '\r') {
      return "\\r";
    }
    if (c == '\t') {
      return "\\t";
    }
    int type = Character.getType(c);
    boolean printable =
        c == ' '
            || !(type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || type == Character.UNASSIGNED
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SPACE_SEPARATOR);
    if (printable) {
      return null;
    }
    return c < 0x100
        ? String.format("\\x%02x", c)
        : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
  }

  /** How json.dumps is to write. */
  record JsonStyle(
      @Nullable String indent, String comma, String colon, boolean ascii, boolean sorted) {
    /** json.dumps' own, as Hugging Face's tojson has it. */
    static final JsonStyle PLAIN = new JsonStyle(null, ", ", ": ", false, false);
  }

  static Text json(Object v, JsonStyle style) {
    Text.Builder out = new Text.Builder();
    json(v, Text.TEMPLATE, style, 0, out);
    return out.build();
  }

  private static void json(Object v, int source, JsonStyle style, int depth, Text.Builder out) {
    if (v instanceof Text t) {
      quoteJson(t, source, style.ascii(), out);
    } else if (v instanceof Dict d) {
      List<String> keys = new ArrayList<>(d.entries().keySet());
      if (style.sorted()) {
        Collections.sort(keys);
      }
      out.append("{", d.source(), -1);
      for (int i = 0; i < keys.size(); i++) {
        out.append(i == 0 ? "" : style.comma(), d.source(), -1);
        newline(style, depth + 1, d.source(), out);
        quoteJson(d.key(keys.get(i)), d.source(), style.ascii(), out);
        out.append(style.colon(), d.source(), -1);
        Object value = d.entries().getOrDefault(keys.get(i), None.NONE);
        json(value, d.source(), style, depth + 1, out);
      }
      if (!keys.isEmpty()) {
        newline(style, depth, d.source(), out);
      }
      out.append("}", d.source(), -1);
    } else if (v instanceof List<?> l) {
      out.append("[", source, -1);
      for (int i = 0; i < l.size(); i++) {
        out.append(i == 0 ? "" : style.comma(), source, -1);
        newline(style, depth + 1, source, out);
        json(l.get(i), source, style, depth + 1, out);
      }
      if (!l.isEmpty()) {
        newline(style, depth, source, out);
      }
      out.append("]", source, -1);
    } else if (v instanceof Boolean || v == None.NONE) {
      out.append(v == None.NONE ? "null" : v.toString(), source, -1);
    } else if (v instanceof Number) {
      String s = scalar(v);
      String json = s.endsWith("inf") ? s.replace("inf", "Infinity") : s;
      out.append(json.equals("nan") ? "NaN" : json, source, -1);
    } else {
      throw new JinjaException(
          "expected a value that tojson can write, received " + Ops.typeName(v));
    }
  }

  private static void newline(JsonStyle style, int depth, int source, Text.Builder out) {
    if (style.indent() != null) {
      out.append("\n" + style.indent().repeat(depth), source, -1);
    }
  }

  private static void quoteJson(Text t, int around, boolean ascii, Text.Builder out) {
    String s = t.toString();
    int edge = s.isEmpty() ? around : t.sourceAt(0);
    out.append("\"", edge, -1);
    int plain = 0;
    for (int i = 0; i < s.length(); i++) {
      String escape = jsonEscape(s.charAt(i), ascii);
      if (escape != null) {
        out.append(t, plain, i);
        out.append(escape, t.sourceAt(i), -1);
        plain = i + 1;
      }
    }
    out.append(t, plain, s.length());
    out.append("\"", edge, -1);
  }

  private static @Nullable String jsonEscape(char c, boolean ascii) {
    switch (c) {
      case '"' -> {
        return "\\\"";
      }
      case '\\' -> {
        return "\\\\";
      }
      case '\n' -> {
        return "\\n";
      }
      case '\r' -> {
        return "\\r";
      }
      case '\t' -> {
        return "\\t";
      }
      case '\b' -> {
        return "\\b";
      }
      case '\f' -> {
        return "\\f";
      }
      default -> {
        return c < 0x20 || (ascii && c > 0x7e) ? String.format("\\u%04x", (int) c) : null;
      }
    }
  }
}
