package dev.graft.experiments.report;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;

/**
 * An element of HTML or of SVG within it. Text and attributes are escaped, and the result is
 * well-formed XML too.
 */
final class Markup {
  private static final Set<String> VOID = Set.of("meta", "br", "hr", "col");

  private final String tag;
  private final StringBuilder attributes = new StringBuilder();
  private final StringBuilder content = new StringBuilder();

  private Markup(String tag) {
    this.tag = tag;
  }

  static Markup of(String tag) {
    return new Markup(tag);
  }

  /** An element of a CSS class. */
  static Markup of(String tag, String cssClass) {
    return of(tag).with("class", cssClass);
  }

  Markup with(String name, String value) {
    attributes.append(' ').append(name).append("=\"").append(escape(value)).append('"');
    return this;
  }

  /** A coordinate. */
  Markup with(String name, double value) {
    return with(name, coordinate(value));
  }

  Markup text(String text) {
    content.append(escape(text));
    return this;
  }

  Markup add(Markup child) {
    content.append(child);
    return this;
  }

  Markup addAll(Collection<Markup> children) {
    children.forEach(this::add);
    return this;
  }

  /** Content that is no text of a person or a file, such as a style sheet of ours. */
  Markup raw(String trusted) {
    content.append(trusted);
    return this;
  }

  /** A number of a drawing with at most two decimals. */
  static String coordinate(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a coordinate that is " + value);
    }
    String text = String.format(Locale.ROOT, "%.2f", value);
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
  }

  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  private static boolean isXml(int c) {
    boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    boolean surrogate = c >= 0xD800 && c < 0xE000;
    return !(control || surrogate || c == 0xFFFE || c == 0xFFFF);
  }

  @Override
  public String toString() {
    if (VOID.contains(tag)) {
      return "<" + tag + attributes + "/>";
    }
    return "<" + tag + attributes + ">" + content + "</" + tag + ">";
  }
}
