package dev.graft.training.jinja;

import dev.graft.training.jinja.Stmt.Flow;
import dev.graft.training.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads statements. */
final class Parser {
  private final Tokens tokens;
  private final Expressions expressions;
  private int loops;

  private Parser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new Expressions(tokens);
  }

  static Stmt parse(String template) {
    Parser parser = new Parser(new Tokens(Lexer.tokens(template)));
    return parser.body(Set.of());
  }

  /** Statements up to one of some block names, whose name is the next token then. */
  private Stmt body(Set<String> ends) {
    int begun = tokens.peek().line();
    List<Stmt> out = new ArrayList<>();
    while (true) {
      Token t = tokens.next();
      switch (t.kind()) {
        case TEXT -> {
          Text text = Text.literal(t.value());
          out.add(
              (frame, to) -> {
                to.append(text);
                return Flow.NEXT;
              });
        }
        case OUTPUT_BEGIN -> {
          Expr e = Expressions.output(expressions.tuple());
          tokens.expect(Kind.OUTPUT_END);
          out.add(
              at(
                  t.line(),
                  (frame, to) -> {
                    to.append(Output.str(e.eval(frame)));
                    return Flow.NEXT;
                  }));
        }
        case BLOCK_BEGIN -> {
          if (tokens.peek().kind() == Kind.NAME && ends.contains(tokens.peek().value())) {
            return sequence(out);
          }
          out.add(at(t.line(), statement()));
        }
        default -> {
          if (ends.isEmpty()) {
            return sequence(out);
          }
          throw new JinjaException(
              "expected "
                  + String.join(" or ", ends)
                  + " for the block begun at line "
                  + begun
                  + ", received the end",
              t.line());
        }
      }
    }
  }

  private static Stmt sequence(List<Stmt> statements) {
    if (statements.size() == 1) {
      return statements.get(0);
    }
    Stmt[] all = statements.toArray(new Stmt[0]);
    return (frame, out) -> {
      for (Stmt s : all) {
        Flow flow = s.run(frame, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }

  /** Errors of a statement get its line. */
  private static Stmt at(int line, Stmt s) {
    return (frame, out) -> {
      try {
        return s.run(frame, out);
      } catch (JinjaException e) {
        throw e.at(line);
      }
    };
  }

  private Stmt statement() {
    Token name = tokens.expect(Kind.NAME);
    switch (name.value()) {
      case "if" -> {
        return conditional();
      }
      case "for" -> {
        return loop();
      }
      case "set" -> {
        return set();
      }
      case "macro" -> {
        return macro();
      }
      case "generation" -> {
        return generation();
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw new JinjaException("expected '" + name.value() + "' in a loop", name.line());
        }
        tokens.expect(Kind.BLOCK_END);
        Flow flow = name.value().equals("break") ? Flow.BREAK : Flow.CONTINUE;
        return (frame, out) -> flow;
      }
      default -> {
        throw new JinjaException(
            "expected one of the statements that chat templates use (if, for, set, macro,"
                + " generation, break, continue), received '"
                + name.value()
                + "'",
            name.line());
      }
    }
  }

  private Stmt conditional() {
    Expr test = expressions.tuple();
    tokens.expect(Kind.BLOCK_END);
    Stmt then = body(Set.of("elif", "else", "endif"));
    Token end = tokens.next();
    Stmt otherwise;
    if (end.value().equals("elif")) {
      otherwise = at(end.line(), conditional());
    } else {
      tokens.expect(Kind.BLOCK_END);
      otherwise = null;
      if (end.value().equals("else")) {
        otherwise = body(Set.of("endif"));
        endOfBlock();
      }
    }
    @Nullable Stmt last = otherwise;
    return (frame, out) -> {
      if (Ops.truth(test.eval(frame))) {
        return then.run(frame, out);
      }
      return last == null ? Flow.NEXT : last.run(frame, out);
    };
  }

  private void endOfBlock() {
    tokens.next();
    tokens.expect(Kind.BLOCK_END);
  }

  private Stmt loop() {
    Target target = target();
    tokens.expectName("in");
    Expr over = expressions.tupleWithoutCondition();
    Expr filter = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.peek().is(Kind.NAME, "recursive")) {
      throw new JinjaException(
          "expected a loop that is not recursive: that is not supported", tokens.peek().line());
    }
    tokens.expect(Kind.BLOCK_END);
    loops++;
    Stmt round = body(Set.of("endfor", "else"));
    loops--;
    Stmt otherwise = null;
    if (tokens.next().value().equals("else")) {
      tokens.expect(Kind.BLOCK_END);
      otherwise = body(Set.of("endfor"));
      tokens.next();
    }
    tokens.expect(Kind.BLOCK_END);
    @Nullable Stmt none = otherwise;
    return (frame, out) -> {
      List<Object> items = filtered(Iteration.items(over.eval(frame)), target, filter, frame);
      Loop loop = new Loop(items, 1);
      boolean completed = false;
      for (int i = 0; i < items.size(); i++) {
        loop.moveTo(i);
        Frame inner = new Frame(frame);
        inner.set("loop", loop);
        target.assign(inner, items.get(i));
        Flow flow = round.run(inner, out);
        if (flow == Flow.BREAK) {
          break;
        }
        completed |= flow == Flow.NEXT;
      }
      // Jinja's else follows when no round came to its end, also by break or continue
      return !completed && none != null ? none.run(new Frame(frame), out) : Flow.NEXT;
    };
  }

  private static List<Object> filtered(
      List<Object> items, Target target, @Nullable Expr filter, Frame frame) {
    if (filter == null) {
      return items;
    }
    List<Object> out = new ArrayList<>();
    for (Object item : items) {
      Frame inner = new Frame(frame);
      target.assign(inner, item);
      if (Ops.truth(filter.eval(inner))) {
        out.add(item);
      }
    }
    return out;
  }

  /** What a value is given to. */
  private interface Target {
    void assign(Frame frame, Object value);
  }

  private Target target() {
    List<Target> all = new ArrayList<>();
    boolean tuple = false;
    do {
      if (!all.isEmpty() && tokens.peek().kind() != Kind.NAME && !isOpen(tokens.peek())) {
        break; // a comma at the end
      }
      if (tokens.skip("(")) {
        all.add(target());
        tokens.expectOperator(")");
      } else {
        all.add(single());
      }
      tuple = tokens.skip(",");
    } while (tuple && !tokens.peek().is(Kind.NAME, "in"));
    if (all.size() == 1 && !tuple) {
      return all.get(0);
    }
    return (frame, value) -> {
      List<Object> values = Iteration.items(value);
      if (values.size() != all.size()) {
        throw new JinjaException(
            "expected " + all.size() + " values to unpack, received " + values.size());
      }
      for (int i = 0; i < values.size(); i++) {
        all.get(i).assign(frame, values.get(i));
      }
    };
  }

  private static boolean isOpen(Token t) {
    return t.is(Kind.OPERATOR, "(");
  }

  private Target single() {
    String name = tokens.expect(Kind.NAME).value();
    if (!tokens.skip(".")) {
      return (frame, value) -> frame.set(name, value);
    }
    String attribute = tokens.expect(Kind.NAME).value();
    return (frame, value) -> {
      if (!(frame.get(name) instanceof Namespace n)) {
        throw new JinjaException(
            "expected a namespace to set '"
                + attribute
                + "' of, received "
                + Ops.typeName(frame.get(name)));
      }
      n.attributes().put(attribute, value);
    };
  }

  private Stmt set() {
    Target target = target();
    if (tokens.skip("=")) {
      Expr value = expressions.tuple();
      tokens.expect(Kind.BLOCK_END);
      return (frame, out) -> {
        target.assign(frame, value.eval(frame));
        return Flow.NEXT;
      };
    }
    Filters.Chain filter = expressions.filters();
    tokens.expect(Kind.BLOCK_END);
    Stmt body = outsideLoops("endset");
    endOfBlock();
    return (frame, out) -> {
      Text.Builder text = new Text.Builder();
      body.run(new Frame(frame), text);
      target.assign(frame, filter.apply(text.build(), frame));
      return Flow.NEXT;
    };
  }

  /** A body from which break does not leave a loop around it. */
  private Stmt outsideLoops(String end) {
    int around = loops;
    loops = 0;
    Stmt body = body(Set.of(end));
    loops = around;
    return body;
  }

  private Stmt generation() {
    tokens.expect(Kind.BLOCK_END);
    Stmt body = outsideLoops("endgeneration");
    endOfBlock();
    return (frame, out) -> body.run(new Frame(frame), out);
  }

  private Stmt macro() {
    String name = tokens.expect(Kind.NAME).value();
    Map<String, @Nullable Expr> parameters = new LinkedHashMap<>();
    tokens.expectOperator("(");
    while (!tokens.skip(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skip(")")) {
          break;
        }
      }
      String parameter = tokens.expect(Kind.NAME).value();
      parameters.put(parameter, tokens.skip("=") ? expressions.expression() : null);
    }
    tokens.expect(Kind.BLOCK_END);
    Stmt body = outsideLoops("endmacro");
    endOfBlock();
    String[] names = parameters.keySet().toArray(new String[0]);
    return (frame, out) -> {
      Callable macro =
          args -> {
            args.only(names);
            Frame inner = new Frame(frame);
            int place = 0;
            for (Map.Entry<String, @Nullable Expr> p : parameters.entrySet()) {
              Object given = args.get(place++, p.getKey());
              Expr otherwise = p.getValue();
              if (given == null) {
                given = otherwise == null ? new Undefined(p.getKey()) : otherwise.eval(inner);
              }
              inner.set(p.getKey(), given);
            }
            Text.Builder text = new Text.Builder();
            body.run(inner, text);
            return text.build();
          };
      frame.set(name, macro);
      return Flow.NEXT;
    };
  }
}
