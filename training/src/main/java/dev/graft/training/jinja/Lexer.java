package dev.graft.training.jinja;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with the white space control that Hugging Face sets: {@code
 * trim_blocks} and {@code lstrip_blocks}.
 */
final class Lexer {
  private static final Pattern FLOAT =
      Pattern.compile("[0-9][0-9_]*(?:\\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+*/%~\\[\\](){}><=.:|,;]");
  private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%\\}");
  private static final Pattern ENDRAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String s = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer = new Lexer(s.endsWith("\n") ? s.substring(0, s.length() - 1) : s);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        text(source.substring(at));
        at = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      int begin = at;
      text(trimmed(source.substring(at, tag), sign, kind != '{'));
      count(begin, tag);
      at = tag + (sign == '-' || sign == '+' ? 3 : 2);
      switch (kind) {
        case '#' -> {
          comment();
        }
        case '%' -> {
          if (!raw(tag)) {
            code(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
          }
        }
        default -> {
          code(Token.Kind.OUTPUT_BEGIN, Token.Kind.OUTPUT_END, "}}");
        }
      }
    }
    tokens.add(new Token(Token.Kind.END, "", line));
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); ) {
      if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
      i = source.indexOf('{', i + 1);
    }
    return -1;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Kind.TEXT, text, line));
    }
  }

  /** The text before a tag. */
  private String trimmed(String text, char sign, boolean block) {
    if (sign == '-') {
      return text.substring(0, spaceBefore(text, text.length(), 0));
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean strips = sign != '+' && block && (start > 0 || lineStarts);
    return strips && spaceBefore(text, text.length(), start) == start
        ? text.substring(0, start)
        : text;
  }

  private static int spaceBefore(String s, int end, int low) {
    int i = end;
    while (i > low && Strings.isSpace(s.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  private void count(int from, int to) {
    for (int i = from; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw new JinjaException("expected '#}' to end the comment, received the end", line);
    }
    closeTag(at, end, end > at ? source.charAt(end - 1) : ' ', true);
  }

  /** Goes behind a tag's end. */
  private void closeTag(int from, int end, char sign, boolean block) {
    int next = end + 2;
    if (sign == '-') {
      while (next < source.length() && Strings.isSpace(source.charAt(next))) {
        next++;
      }
    } else if (sign != '+' && block && next < source.length() && source.charAt(next) == '\n') {
      next++;
    }
    count(from, next);
    lineStarts = source.charAt(next - 1) == '\n';
    at = next;
  }

  private boolean raw(int tag) {
    Matcher begin = RAW.matcher(source).region(tag, source.length());
    if (!begin.lookingAt()) {
      return false;
    }
    closeTag(tag, begin.end() - 2, begin.group(1).equals("-") ? '-' : '+', true);
    Matcher end = ENDRAW.matcher(source);
    if (!end.find(at)) {
      throw new JinjaException("expected '{% endraw %}', received the end", line);
    }
    String sign = end.group(1);
    int from = at;
    text(trimmed(source.substring(at, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true));
    String last = end.group(2);
    closeTag(from, end.end() - 2, last.isEmpty() ? ' ' : last.charAt(0), true);
    return true;
  }

  private void code(Token.Kind begin, Token.Kind end, String close) {
    tokens.add(new Token(begin, "", line));
    Deque<Character> open = new ArrayDeque<>();
    boolean block = end == Token.Kind.BLOCK_END;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (open.isEmpty()) {
        boolean signed = c == '-' || (c == '+' && block);
        if (source.startsWith(close, at + (signed ? 1 : 0))) {
          tokens.add(new Token(end, "", line));
          closeTag(at, at + (signed ? 1 : 0), signed ? c : ' ', block);
          return;
        }
      }
      if (Strings.isSpace(c)) {
        line += c == '\n' ? 1 : 0;
        at++;
      } else if (!token(Token.Kind.FLOAT, FLOAT)
          && !token(Token.Kind.INTEGER, INTEGER)
          && !token(Token.Kind.NAME, NAME)
          && !token(Token.Kind.STRING, STRING)) {
        balance(c, open);
        if (!token(Token.Kind.OPERATOR, OPERATOR)) {
          throw new JinjaException("expected an expression, received '" + c + "'", line);
        }
      }
    }
    throw new JinjaException("expected '" + close + "', received the end of the template", line);
  }

  private void balance(char c, Deque<Character> open) {
    int kind = "({[".indexOf(c);
    if (kind >= 0) {
      open.push(")}]".charAt(kind));
    } else if (")}]".indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
      throw new JinjaException("expected brackets in pairs, received '" + c + "'", line);
    }
  }

  private boolean token(Token.Kind kind, Pattern pattern) {
    Matcher m = pattern.matcher(source).region(at, source.length());
    if (!m.lookingAt()) {
      return false;
    }
    String value = m.group();
    int where = line;
    count(at, m.end());
    at = m.end();
    tokens.add(new Token(kind, kind == Token.Kind.STRING ? unescape(value, where) : value, where));
    return true;
  }

  static Object integer(String text) {
    String s = text.replace("_", "");
    String low = s.toLowerCase(java.util.Locale.ROOT);
    int radix =
        low.startsWith("0x") ? 16 : low.startsWith("0b") ? 2 : low.startsWith("0o") ? 8 : 10;
    BigInteger n = new BigInteger(radix == 10 ? s : s.substring(2), radix);
    return n.bitLength() < 64 ? (Object) n.longValue() : n;
  }

  /** Python's escapes. */
  private static String unescape(String quoted, int line) {
    StringBuilder out = new StringBuilder();
    int end = quoted.length() - 1;
    for (int i = 1; i < end; ) {
      char c = quoted.charAt(i++);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char e = quoted.charAt(i++);
      int simple = "nrt\\'\"abfv".indexOf(e);
      if (simple >= 0) {
        out.append("\n\r\t\\'\"\u0007\b\f\u000b".charAt(simple));
      } else if (e == 'x' || e == 'u' || e == 'U') {
        int digits = e == 'x' ? 2 : e == 'u' ? 4 : 8;
        try {
          out.appendCodePoint(Integer.parseInt(quoted.substring(i, Math.min(end, i + digits)), 16));
        } catch (IllegalArgumentException bad) {
          throw new JinjaException(
              "expected " + digits + " hexadecimal digits after '\\" + e + "'", line);
        }
        i += digits;
      } else if (e >= '0' && e <= '7') {
        int value = e - '0';
        for (int n = 1;
            n < 3 && i < end && quoted.charAt(i) >= '0' && quoted.charAt(i) <= '7';
            n++) {
          value = 8 * value + quoted.charAt(i++) - '0';
        }
        out.appendCodePoint(value);
      } else if (e == 'N') {
        throw new JinjaException("expected an escape that is supported, received '\\N'", line);
      } else if (e != '\n') { // a line that goes on
        out.append('\\').append(e);
      }
    }
    return out.toString();
  }
}
