package dev.graft.training.chat;

import java.util.BitSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Markers in what a template itself writes. These are markers: the tokenizer's special tokens; a
 * word of letters and underscores that directly follows one and is directly followed by a line
 * break or another special token, as {@code user} in {@code <|im_start|>user}; and the white space
 * that directly follows either.
 */
final class Markers {
  private static final Pattern NOTHING = Pattern.compile("(?!)");

  private final Pattern token;
  private final Pattern marker;

  Markers(Set<String> specialTokens) {
    if (specialTokens.isEmpty()) {
      token = NOTHING;
      marker = NOTHING;
      return;
    }
    String any =
        specialTokens.stream()
            .sorted((a, b) -> b.length() - a.length()) // the longest first
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(?:", ")"));
    token = Pattern.compile(any);
    marker = Pattern.compile(any + "(?:[A-Za-z_]+(?=\\R|" + any + "))?+\\s*+");
  }

  /** Special tokens in a text of the template. */
  Matcher tokens(String text) {
    return token.matcher(text);
  }

  /** Which characters of a text of the template are markers. */
  BitSet in(String text) {
    BitSet out = new BitSet();
    Matcher m = marker.matcher(text);
    while (m.find()) {
      out.set(m.start(), m.end());
    }
    return out;
  }
}
