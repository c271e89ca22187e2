package dev.graft.training.run;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The weights that {@code unfrozen_parameters} names. As Axolotl does it, an expression has to
 * match the start of a name, not all of it.
 */
final class Unfrozen {
  /** What Axolotl takes for a range of rows; as an expression it would be a set of characters. */
  private static final Pattern ROWS = Pattern.compile(".*\\[\\d*:\\d*]");

  private Unfrozen() {}

  /**
   * The names that an expression matches.
   *
   * @throws GraftException {@code config.value} for an expression that is none, that asks for rows
   *     of a weight, or that matches nothing
   */
  static Set<String> of(List<String> expressions, Collection<String> names) {
    Set<String> out = new LinkedHashSet<>();
    for (String e : expressions) {
      if (ROWS.matcher(e).matches()) {
        throw refused("whole weights", e, "; leave the rows in brackets out");
      }
      Pattern pattern = pattern(e);
      List<String> found = names.stream().filter(n -> pattern.matcher(n).lookingAt()).toList();
      if (found.isEmpty()) {
        throw refused(
            "expressions that match weights", e, ", which matches none. " + hint(e, names));
      }
      out.addAll(found);
    }
    return out;
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw refused("regular expressions", expression, ": " + e.getDescription());
    }
  }

  /** The candidates; layers of one kind once, with N for their number. */
  private static String hint(String expression, Collection<String> names) {
    return Nearest.hint(expression, names.stream().map(n -> n.replaceAll("\\d+", "N")).toList());
  }

  private static GraftException refused(String expected, String received, String advice) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected " + expected + " in 'unfrozen_parameters', received '" + received + "'" + advice);
  }
}
