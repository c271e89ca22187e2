package dev.graft.models.evaluation;

import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Makes texts comparable: white space at both ends is dropped, other white space becomes one space.
 *
 * @param ignoreCase compares small letters
 * @param ignorePunctuation drops ASCII's punctuation, like lm-evaluation-harness's {@code
 *     exact_match}
 */
public record TextNormalizer(boolean ignoreCase, boolean ignorePunctuation)
    implements UnaryOperator<String> {
  @Override
  public String apply(String text) {
    String out = ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    out = ignorePunctuation ? out.replaceAll("\\p{Punct}", "") : out;
    return out.strip().replaceAll("\\s+", " ");
  }
}
