package dev.graft.training.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's operators on the template's values. */
final class Ops {
  private Ops() {}

  static String typeName(Object v) {
    if (v instanceof Text) {
      return "str";
    }
    if (v instanceof Boolean) {
      return "bool";
    }
    if (v instanceof Long || v instanceof BigInteger) {
      return "int";
    }
    if (v instanceof Double) {
      return "float";
    }
    if (v instanceof List<?>) {
      return "list";
    }
    if (v instanceof View) {
      return "a view";
    }
    if (v instanceof Dict) {
      return "dict";
    }
    if (v instanceof Undefined u) {
      return "undefined '" + u.name() + "'";
    }
    return v == None.NONE
        ? "none"
        : v.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  static boolean truth(Object v) {
    if (v instanceof Boolean b) {
      return b;
    }
    if (v instanceof Text t) {
      return !t.isEmpty();
    }
    if (v instanceof List<?> l) {
      return !l.isEmpty();
    }
    if (v instanceof Dict d) {
      return !d.entries().isEmpty();
    }
    if (isNumber(v)) {
      return number(v) != 0;
    }
    if (v instanceof View view) {
      return view.truth();
    }
    return !(v instanceof Undefined) && v != None.NONE;
  }

  static boolean isNumber(Object v) {
    return v instanceof Boolean || v instanceof Number;
  }

  static boolean isInteger(Object v) {
    return v instanceof Boolean || v instanceof Long;
  }

  static long integer(Object v) {
    if (v instanceof Boolean b) {
      return b ? 1 : 0;
    }
    if (v instanceof Long l) {
      return l;
    }
    throw new JinjaException("expected an integer, received " + typeName(v));
  }

  private static double number(Object v) {
    return v instanceof Boolean b ? (b ? 1 : 0) : ((Number) v).doubleValue();
  }

  static boolean equal(Object a, Object b) {
    if (isInteger(a) && isInteger(b)) {
      return integer(a) == integer(b);
    }
    if (isNumber(a) && isNumber(b)) {
      boolean large = a instanceof BigInteger && b instanceof BigInteger;
      return large ? a.equals(b) : number(a) == number(b);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean kinds = (a instanceof Tuple) == (b instanceof Tuple);
      boolean same = kinds && x.size() == y.size();
      for (int i = 0; same && i < x.size(); i++) {
        same = equal(x.get(i), y.get(i));
      }
      return same;
    }
    if (a instanceof Dict x && b instanceof Dict y) {
      boolean same = x.entries().keySet().equals(y.entries().keySet());
      for (Map.Entry<String, Object> e : x.entries().entrySet()) {
        Object other = same ? y.entries().get(e.getKey()) : null;
        same = other != null && equal(e.getValue(), other);
      }
      return same;
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return a.equals(b);
  }

  /** Below 0, 0 or above, as a is below, equal or above b. */
  static int compare(String operator, Object a, Object b) {
    if (isInteger(a) && isInteger(b)) {
      return Long.compare(integer(a), integer(b));
    }
    if (isNumber(a) && isNumber(b)) {
      return Double.compare(number(a), number(b));
    }
    if (a instanceof Text x && b instanceof Text y) {
      int[] p = x.toString().codePoints().toArray();
      int[] q = y.toString().codePoints().toArray();
      return java.util.Arrays.compare(p, q);
    }
    throw mismatch(operator, a, b);
  }

  static boolean contains(Object container, Object item) {
    if (container instanceof Text t) {
      if (item instanceof Text part) {
        return t.toString().contains(part.toString());
      }
      throw mismatch("in", item, container);
    }
    if (container instanceof Dict d) {
      return item instanceof Text key && d.entries().containsKey(key.toString());
    }
    for (Object x : Iteration.items(container)) {
      if (equal(x, item)) {
        return true;
      }
    }
    return false;
  }

  static Object add(Object a, Object b) {
    if (a instanceof Text x && b instanceof Text y) {
      return x.plus(y);
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && (a instanceof Tuple) == (b instanceof Tuple)) {
      List<Object> out = new ArrayList<>(x);
      out.addAll(y);
      return a instanceof Tuple ? new Tuple(out) : out;
    }
    return arithmetic("+", a, b);
  }

  static Object arithmetic(String op, Object a, Object b) {
    if (op.equals("*")) {
      if (a instanceof Text t && isInteger(b)) {
        return times(t, integer(b));
      }
      if (b instanceof Text t && isInteger(a)) {
        return times(t, integer(a));
      }
    }
    if (!isNumber(a) || !isNumber(b) || a instanceof BigInteger || b instanceof BigInteger) {
      throw mismatch(op, a, b);
    }
    boolean divides = op.equals("/") || op.equals("//") || op.equals("%");
    if (divides && number(b) == 0) {
      throw new JinjaException("expected a divisor other than 0 for " + op);
    }
    if (isInteger(a) && isInteger(b) && !op.equals("/")) {
      return integers(op, integer(a), integer(b));
    }
    double x = number(a);
    double y = number(b);
    switch (op) {
      case "+" -> {
        return x + y;
      }
      case "-" -> {
        return x - y;
      }
      case "*" -> {
        return x * y;
      }
      case "/" -> {
        return x / y;
      }
      case "//" -> {
        return Math.floor(x / y);
      }
      case "%" -> {
        return x - y * Math.floor(x / y);
      }
      default -> {
        return Math.pow(x, y);
      }
    }
  }

  private static Object integers(String op, long x, long y) {
    try {
      switch (op) {
        case "+" -> {
          return Math.addExact(x, y);
        }
        case "-" -> {
          return Math.subtractExact(x, y);
        }
        case "*" -> {
          return Math.multiplyExact(x, y);
        }
        case "//" -> {
          return Math.floorDiv(x, y);
        }
        case "%" -> {
          return Math.floorMod(x, y);
        }
        default -> {
          if (y < 0) {
            return Math.pow((double) x, (double) y);
          }
          return BigInteger.valueOf(x).pow(Math.toIntExact(Math.min(y, 1000))).longValueExact();
        }
      }
    } catch (ArithmeticException e) {
      throw new JinjaException("expected integers of 64 bits, received " + x + " " + op + " " + y);
    }
  }

  private static Text times(Text t, long n) {
    if (n * t.length() > 1_000_000) {
      throw new JinjaException("expected a text of at most a million characters");
    }
    Text.Builder out = new Text.Builder();
    for (long i = 0; i < n; i++) {
      out.append(t);
    }
    return out.build();
  }

  static Object negate(Object v) {
    if (v instanceof Double d) {
      return -d;
    }
    return arithmetic("-", 0L, v);
  }

  private static JinjaException mismatch(String operator, Object a, Object b) {
    return new JinjaException(
        "expected operands that go with '"
            + operator
            + "', received "
            + typeName(a)
            + " and "
            + typeName(b));
  }
}
