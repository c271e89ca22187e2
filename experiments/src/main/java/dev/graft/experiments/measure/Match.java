package dev.graft.experiments.measure;

import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When an answer equals a reference: both are brought to the same form first. */
public enum Match implements UnaryOperator<String> {
  /** The whole text, without space around it. */
  TEXT {
    @Override
    public String apply(String text) {
      return text.strip();
    }
  },
  /**
   * The last number in the text, as GSM8K's references end with one: separators of thousands and a
   * decimal part of zeros do not matter. A text without a number stays as it is.
   */
  NUMBER {
    @Override
    public String apply(String text) {
      String last = text.toLowerCase(Locale.ROOT);
      Matcher m = NUMBERS.matcher(text);
      while (m.find()) {
        last = m.group().replace(",", "").replaceFirst("\\.0*$", "");
      }
      return last;
    }
  };

  private static final Pattern NUMBERS =
      Pattern.compile("-?\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|-?\\d+(?:\\.\\d+)?");
}
