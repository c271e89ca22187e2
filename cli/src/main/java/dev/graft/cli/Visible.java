package dev.graft.cli;

/**
 * Text in which everything can be seen: a space is {@code ·}, a tab {@code ⇥}, a line break {@code
 * ⏎} followed by the break, and whatever else has no shape of its own its code point, as {@code
 * \\u{200b}}. So no text can steer a terminal or hide in it.
 */
final class Visible {
  private Visible() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case ' ' -> out.append('·');
      case '\t' -> out.append('⇥');
      case '\n' -> out.append("⏎\n");
      default -> {
        if (hasNoShape(c)) {
          out.append("\\u{").append(Integer.toHexString(c)).append('}');
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  private static boolean hasNoShape(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
