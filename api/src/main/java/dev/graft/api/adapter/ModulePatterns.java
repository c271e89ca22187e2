package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Options that differ between modules, as PEFT's {@code rank_pattern} and {@code alpha_pattern}:
 * keys are regular expressions, and a key holds for a module whose whole name, or whose end after a
 * dot, it matches. The first matching key wins.
 */
public final class ModulePatterns {
  private ModulePatterns() {}

  /** The value of the first key that holds for a module. */
  public static <V> V find(Map<String, V> patterns, String module, V otherwise) {
    for (Map.Entry<String, V> e : patterns.entrySet()) {
      if (pattern("the pattern", e.getKey()).matcher(module).matches()) {
        return e.getValue();
      }
    }
    return otherwise;
  }

  /**
   * Checks that keys are regular expressions.
   *
   * @param option whose keys they are, for the error
   * @throws GraftException {@code config.value}
   */
  public static void check(String option, Collection<String> keys) {
    keys.forEach(key -> pattern(option, key));
  }

  private static Pattern pattern(String option, String key) {
    try {
      return Pattern.compile("(.*\\.)?(" + key + ")");
    } catch (PatternSyntaxException e) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a module name or a regular expression as key of "
              + option
              + ", received '"
              + key
              + "': "
              + e.getDescription(),
          e);
    }
  }
}
