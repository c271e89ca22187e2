package dev.graft.training.jinja;

import dev.graft.training.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, with Jinja's precedence. */
final class Expressions {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final Tokens tokens;

  Expressions(Tokens tokens) {
    this.tokens = tokens;
  }

  /** Text that is marked safe: no escaping is done here, so only writing it out is the same. */
  private record Safe(Expr of) implements Expr {
    @Override
    public Object eval(Frame frame) {
      throw new JinjaException("expected the filter 'safe' at the end of an output alone");
    }
  }

  static Expr output(Expr e) {
    return e instanceof Safe safe ? safe.of() : e;
  }

  /** An expression, or several with commas between: a tuple. */
  Expr tuple() {
    return tuple(true);
  }

  Expr tupleWithoutCondition() {
    return tuple(false);
  }

  private Expr tuple(boolean conditions) {
    Expr first = conditions ? expression() : or();
    if (!tokens.peek().is(Kind.OPERATOR, ",")) {
      return first;
    }
    List<Expr> all = new ArrayList<>(List.of(first));
    while (tokens.skip(",") && !atEndOfTuple()) {
      all.add(conditions ? expression() : or());
    }
    return frame -> new Tuple(evalAll(all, frame));
  }

  private boolean atEndOfTuple() {
    Token t = tokens.peek();
    return t.kind() == Kind.BLOCK_END
        || t.kind() == Kind.OUTPUT_END
        || t.is(Kind.OPERATOR, ")")
        || t.is(Kind.NAME, "in");
  }

  private static List<Object> evalAll(List<Expr> all, Frame frame) {
    List<Object> out = new ArrayList<>(all.size());
    for (Expr e : all) {
      out.add(e.eval(frame));
    }
    return out;
  }

  Expr expression() {
    Expr value = or();
    while (tokens.skipName("if")) {
      Expr then = value;
      Expr test = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      value =
          frame -> {
            if (Ops.truth(test.eval(frame))) {
              return then.eval(frame);
            }
            return otherwise == null
                ? new Undefined("the value of an if without else")
                : otherwise.eval(frame);
          };
    }
    return value;
  }

  private Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      Expr a = left;
      Expr b = and();
      left =
          frame -> {
            Object v = a.eval(frame);
            return Ops.truth(v) ? v : b.eval(frame);
          };
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      Expr a = left;
      Expr b = not();
      left =
          frame -> {
            Object v = a.eval(frame);
            return Ops.truth(v) ? b.eval(frame) : v;
          };
    }
    return left;
  }

  private Expr not() {
    if (tokens.skipName("not")) {
      Expr e = not();
      return frame -> !Ops.truth(e.eval(frame));
    }
    return comparison();
  }

  private Expr comparison() {
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> operands = new ArrayList<>();
    while (true) {
      Token t = tokens.peek();
      if (t.kind() == Kind.OPERATOR && COMPARISONS.contains(t.value())) {
        operators.add(tokens.next().value());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (t.is(Kind.NAME, "not") && tokens.ahead().is(Kind.NAME, "in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        break;
      }
      operands.add(sum());
    }
    if (operators.isEmpty()) {
      return first;
    }
    return frame -> {
      Object left = first.eval(frame);
      for (int i = 0; i < operators.size(); i++) {
        Object right = operands.get(i).eval(frame);
        if (!compares(operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  static boolean compares(String operator, Object a, Object b) {
    switch (operator) {
      case "==" -> {
        return Ops.equal(a, b);
      }
      case "!=" -> {
        return !Ops.equal(a, b);
      }
      case "in" -> {
        return Ops.contains(b, a);
      }
      case "not in" -> {
        return !Ops.contains(b, a);
      }
      case "<" -> {
        return Ops.compare(operator, a, b) < 0;
      }
      case "<=" -> {
        return Ops.compare(operator, a, b) <= 0;
      }
      case ">" -> {
        return Ops.compare(operator, a, b) > 0;
      }
      default -> {
        return Ops.compare(operator, a, b) >= 0;
      }
    }
  }

  private Expr sum() {
    Expr left = concatenation();
    while (true) {
      boolean plus = tokens.skip("+");
      if (!plus && !tokens.skip("-")) {
        return left;
      }
      Expr a = left;
      Expr b = concatenation();
      left =
          plus
              ? frame -> Ops.add(a.eval(frame), b.eval(frame))
              : frame -> Ops.arithmetic("-", a.eval(frame), b.eval(frame));
    }
  }

  private Expr concatenation() {
    Expr first = product();
    if (!tokens.peek().is(Kind.OPERATOR, "~")) {
      return first;
    }
    List<Expr> all = new ArrayList<>(List.of(first));
    while (tokens.skip("~")) {
      all.add(product());
    }
    return frame -> {
      Text.Builder out = new Text.Builder();
      for (Object v : evalAll(all, frame)) {
        out.append(Output.str(v));
      }
      return out.build();
    };
  }

  private Expr product() {
    Expr left = power();
    while (true) {
      Token t = tokens.peek();
      if (t.kind() != Kind.OPERATOR || !Set.of("*", "/", "//", "%").contains(t.value())) {
        return left;
      }
      String operator = tokens.next().value();
      Expr a = left;
      Expr b = power();
      left = frame -> Ops.arithmetic(operator, a.eval(frame), b.eval(frame));
    }
  }

  private Expr power() {
    Expr left = unary(true);
    while (tokens.skip("**")) {
      Expr a = left;
      Expr b = unary(true);
      left = frame -> Ops.arithmetic("**", a.eval(frame), b.eval(frame));
    }
    return left;
  }

  private Expr unary(boolean withFilters) {
    Expr e;
    if (tokens.skip("-")) {
      Expr of = unary(false);
      e = frame -> Ops.negate(of.eval(frame));
    } else if (tokens.skip("+")) {
      Expr of = unary(false);
      e = frame -> Ops.arithmetic("+", 0L, of.eval(frame));
    } else {
      e = primary();
    }
    e = postfix(e);
    return withFilters ? filtersAndTests(e) : e;
  }

  private Expr primary() {
    Token t = tokens.peek();
    switch (t.kind()) {
      case NAME -> {
        tokens.next();
        return name(t.value());
      }
      case STRING -> {
        StringBuilder s = new StringBuilder();
        while (tokens.peek().kind() == Kind.STRING) {
          s.append(tokens.next().value());
        }
        return constant(Text.literal(s.toString()));
      }
      case INTEGER -> {
        tokens.next();
        return constant(Lexer.integer(t.value()));
      }
      case FLOAT -> {
        tokens.next();
        return constant(Double.valueOf(t.value().replace("_", "")));
      }
      default -> {}
    }
    if (tokens.skip("(")) {
      if (tokens.skip(")")) {
        return constant(new Tuple(List.of()));
      }
      Expr e = tuple();
      tokens.expectOperator(")");
      return e;
    }
    if (tokens.skip("[")) {
      List<Expr> all = new ArrayList<>();
      while (!tokens.skip("]")) {
        if (!all.isEmpty()) {
          tokens.expectOperator(",");
          if (tokens.skip("]")) {
            break;
          }
        }
        all.add(expression());
      }
      return frame -> evalAll(all, frame);
    }
    if (tokens.skip("{")) {
      return dict();
    }
    throw tokens.unexpected("an expression");
  }

  private static Expr constant(Object value) {
    return frame -> value;
  }

  private static Expr name(String name) {
    switch (name) {
      case "true", "True" -> {
        return constant(true);
      }
      case "false", "False" -> {
        return constant(false);
      }
      case "none", "None" -> {
        return constant(None.NONE);
      }
      default -> {
        return frame -> frame.get(name);
      }
    }
  }

  private Expr dict() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.skip("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skip("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    return frame -> {
      Dict d = Dict.of(Text.TEMPLATE);
      for (int i = 0; i < keys.size(); i++) {
        if (!(keys.get(i).eval(frame) instanceof Text key)) {
          throw new JinjaException("expected texts as keys of a dict: others are not supported");
        }
        d.entries().put(key.toString(), values.get(i).eval(frame));
      }
      return d;
    };
  }

  private Expr postfix(Expr of) {
    Expr e = of;
    String what = "";
    while (true) {
      if (tokens.skip(".")) {
        Token t = tokens.next();
        Expr v = e;
        if (t.kind() == Kind.INTEGER) {
          Object index = Lexer.integer(t.value());
          e = frame -> Iteration.item(v.eval(frame), index, t.value());
        } else if (t.kind() == Kind.NAME) {
          what = t.value();
          e = frame -> Iteration.attribute(v.eval(frame), t.value(), t.value());
        } else {
          throw new JinjaException("expected a name after '.', received " + t.describe(), t.line());
        }
      } else if (tokens.skip("[")) {
        e = subscript(e);
      } else if (tokens.peek().is(Kind.OPERATOR, "(")) {
        e = call(e, what);
      } else {
        return e;
      }
    }
  }

  private Expr subscript(Expr of) {
    Expr none = constant(None.NONE);
    List<Expr> parts = new ArrayList<>();
    boolean slice = false;
    Expr part = null;
    while (!tokens.skip("]")) {
      if (tokens.skip(":")) {
        slice = true;
        parts.add(part == null ? none : part);
        part = null;
      } else if (part == null) {
        part = expression();
      } else {
        throw tokens.unexpected("']'");
      }
    }
    if (!slice) {
      if (part == null) {
        throw tokens.unexpected("an index");
      }
      Expr index = part;
      return frame -> {
        Object v = of.eval(frame);
        Object key = index.eval(frame);
        return Iteration.item(v, key, key instanceof Text t ? t.toString() : "an item");
      };
    }
    parts.add(part == null ? none : part);
    if (parts.size() > 3) {
      throw tokens.unexpected("a slice of at most three parts");
    }
    Expr by = parts.size() == 3 ? parts.get(2) : none;
    return frame ->
        Iteration.slice(
            of.eval(frame), parts.get(0).eval(frame), parts.get(1).eval(frame), by.eval(frame));
  }

  /** Arguments as they are written. */
  private record Arguments(String callee, List<Expr> positional, Map<String, Expr> named) {
    Args eval(Frame frame) {
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((k, e) -> values.put(k, e.eval(frame)));
      return new Args(callee, evalAll(positional, frame), values);
    }
  }

  private Arguments arguments(String callee) {
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    tokens.expectOperator("(");
    boolean first = true;
    while (!tokens.skip(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skip(")")) {
          break;
        }
      }
      first = false;
      Token t = tokens.peek();
      if (t.is(Kind.OPERATOR, "*") || t.is(Kind.OPERATOR, "**")) {
        throw tokens.unexpected("arguments one by one (unpacking is not supported)");
      }
      if (t.kind() == Kind.NAME && tokens.ahead().is(Kind.OPERATOR, "=")) {
        tokens.next();
        tokens.next();
        named.put(t.value(), expression());
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.unexpected("a named argument after a named argument");
      }
    }
    return new Arguments(callee, positional, named);
  }

  private Expr call(Expr callee, String what) {
    Arguments arguments = arguments(what.isEmpty() ? "the function" : "'" + what + "'");
    return frame -> {
      Object f = callee.eval(frame);
      if (f instanceof Undefined u) {
        throw u.error();
      }
      if (!(f instanceof Callable c)) {
        throw new JinjaException("expected something to call, received " + Ops.typeName(f));
      }
      return c.call(arguments.eval(frame));
    };
  }

  private Expr filtersAndTests(Expr of) {
    Expr e = of;
    while (true) {
      if (tokens.skip("|")) {
        e = filter(e);
      } else if (tokens.skipName("is")) {
        e = test(e);
      } else if (tokens.peek().is(Kind.OPERATOR, "(")) {
        e = call(e, "");
      } else {
        return e;
      }
    }
  }

  private Expr filter(Expr of) {
    Token t = tokens.expect(Kind.NAME);
    if (t.value().equals("safe")) {
      return new Safe(of);
    }
    Arguments arguments = filterArguments(t);
    return frame -> Filters.apply(t.value(), of.eval(frame), arguments.eval(frame));
  }

  private Arguments filterArguments(Token t) {
    if (!Filters.NAMES.contains(t.value())) {
      throw new JinjaException(
          "expected a filter that is supported, received '" + t.value() + "'", t.line());
    }
    String callee = "the filter '" + t.value() + "'";
    return tokens.peek().is(Kind.OPERATOR, "(")
        ? arguments(callee)
        : new Arguments(callee, List.of(), Map.of());
  }

  /** The filters of a block. */
  Filters.Chain filters() {
    Filters.Chain chain = (value, frame) -> value;
    while (tokens.skip("|")) {
      Token t = tokens.expect(Kind.NAME);
      Arguments arguments = filterArguments(t);
      Filters.Chain before = chain;
      chain =
          (value, frame) ->
              Filters.apply(t.value(), before.apply(value, frame), arguments.eval(frame));
    }
    return chain;
  }

  private Expr test(Expr of) {
    boolean negated = tokens.skipName("not");
    Token t = tokens.expect(Kind.NAME);
    if (!Tests.NAMES.contains(t.value())) {
      throw new JinjaException(
          "expected a test that is supported, received '" + t.value() + "'", t.line());
    }
    String callee = "the test '" + t.value() + "'";
    Token next = tokens.peek();
    Arguments arguments;
    if (next.is(Kind.OPERATOR, "(")) {
      arguments = arguments(callee);
    } else {
      @Nullable Expr one = startsArgument(next) ? postfix(primary()) : null;
      arguments = new Arguments(callee, one == null ? List.of() : List.of(one), Map.of());
    }
    return frame -> Tests.holds(t.value(), of.eval(frame), arguments.eval(frame)) != negated;
  }

  private static boolean startsArgument(Token t) {
    switch (t.kind()) {
      case STRING, INTEGER, FLOAT -> {
        return true;
      }
      case NAME -> {
        return !Set.of("else", "or", "and", "is", "if", "in", "not").contains(t.value());
      }
      default -> {
        return t.is(Kind.OPERATOR, "[") || t.is(Kind.OPERATOR, "{");
      }
    }
  }
}
