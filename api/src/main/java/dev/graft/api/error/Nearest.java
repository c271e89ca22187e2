package dev.graft.api.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Suggests the known name that a mistyped one most resembles. */
public final class Nearest {
  private Nearest() {}

  /**
   * The known name with the smallest edit distance, if it is near enough to be a likely typing
   * error.
   */
  public static Optional<String> to(String given, Collection<String> known) {
    return known.stream()
        .filter(k -> distance(given, k) <= Math.max(2, k.length() / 3))
        .min(Comparator.<String>comparingInt(k -> distance(given, k)).thenComparing(k -> k));
  }

  /**
   * A sentence such as {@code Did you mean 'alpha'? Known: alpha, r.} for the end of an error
   * message.
   */
  public static String hint(String given, Collection<String> known) {
    String list = known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known));
    return to(given, known).map(n -> "Did you mean '" + n + "'? ").orElse("")
        + "Known: "
        + list
        + ".";
  }

  static int distance(String first, String second) {
    String a = first.toLowerCase(Locale.ROOT);
    String b = second.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
