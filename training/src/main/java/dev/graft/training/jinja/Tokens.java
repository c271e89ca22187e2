package dev.graft.training.jinja;

import dev.graft.training.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, one after the other. */
final class Tokens {
  private final List<Token> all;
  private int at;

  Tokens(List<Token> all) {
    this.all = all;
  }

  Token peek() {
    return all.get(at);
  }

  Token ahead() {
    return all.get(Math.min(at + 1, all.size() - 1));
  }

  Token next() {
    Token t = all.get(at);
    at = Math.min(at + 1, all.size() - 1);
    return t;
  }

  boolean skip(String operator) {
    return skip(Kind.OPERATOR, operator);
  }

  boolean skipName(String name) {
    return skip(Kind.NAME, name);
  }

  private boolean skip(Kind kind, String value) {
    if (peek().is(kind, value)) {
      next();
      return true;
    }
    return false;
  }

  Token expect(Kind kind) {
    if (peek().kind() != kind) {
      throw unexpected(kind == Kind.NAME ? "a name" : new Token(kind, "", 0).describe());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skip(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  JinjaException unexpected(String expected) {
    return new JinjaException(
        "expected " + expected + ", received " + peek().describe(), peek().line());
  }
}
