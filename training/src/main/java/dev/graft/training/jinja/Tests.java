package dev.graft.training.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tests behind {@code is}. */
final class Tests {
  private static final Map<String, String> COMPARISONS =
      Map.ofEntries(
          Map.entry("eq", "=="),
          Map.entry("equalto", "=="),
          Map.entry("ne", "!="),
          Map.entry("lt", "<"),
          Map.entry("lessthan", "<"),
          Map.entry("le", "<="),
          Map.entry("gt", ">"),
          Map.entry("greaterthan", ">"),
          Map.entry("ge", ">="),
          Map.entry("in", "in"));

  static final Set<String> NAMES =
      Set.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "iterable",
          "sequence",
          "number",
          "integer",
          "float",
          "boolean",
          "true",
          "false",
          "odd",
          "even",
          "divisibleby",
          "callable",
          "eq",
          "equalto",
          "ne",
          "lt",
          "lessthan",
          "le",
          "gt",
          "greaterthan",
          "ge",
          "in");

  private Tests() {}

  static boolean holds(String name, Object v, Args args) {
    String operator = COMPARISONS.get(name);
    if (operator != null) {
      return Expressions.compares(operator, v, args.only("other").required(0, "other"));
    }
    if (name.equals("divisibleby")) {
      Object by = args.only("num").required(0, "num");
      return Ops.equal(Ops.arithmetic("%", v, by), 0L);
    }
    args.only();
    switch (name) {
      case "defined" -> {
        return !(v instanceof Undefined);
      }
      case "undefined" -> {
        return v instanceof Undefined;
      }
      case "none" -> {
        return v == None.NONE;
      }
      case "string" -> {
        return v instanceof Text;
      }
      case "mapping" -> {
        return v instanceof Dict;
      }
      case "iterable" -> {
        return Iteration.isIterable(v);
      }
      case "sequence" -> {
        return v instanceof Text
            || v instanceof Dict
            || v instanceof List<?>
            || v instanceof Undefined;
      }
      case "number" -> {
        return Ops.isNumber(v);
      }
      case "integer" -> {
        return v instanceof Long || v instanceof BigInteger;
      }
      case "float" -> {
        return v instanceof Double;
      }
      case "boolean" -> {
        return v instanceof Boolean;
      }
      case "true" -> {
        return v.equals(true);
      }
      case "false" -> {
        return v.equals(false);
      }
      case "odd" -> {
        return Ops.equal(Ops.arithmetic("%", v, 2L), 1L);
      }
      case "even" -> {
        return Ops.equal(Ops.arithmetic("%", v, 2L), 0L);
      }
      case "callable" -> {
        return v instanceof Callable;
      }
      default -> {
        throw new JinjaException("expected a test that is supported, received '" + name + "'");
      }
    }
  }
}
