package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/**
 * The share of a reference's characters that an answer has at the same place. White space and some
 * further characters are left out of both first, so that with {@link #UUID} the hyphens do not
 * count. Any other character has its place: a foreign one is wrong and shifts nothing. What the
 * answer lacks is wrong; what it has beyond the reference is ignored.
 *
 * @param leftOut the characters that do not count
 */
public record CharacterAccuracy(String leftOut) {
  /** The 32 hexadecimal digits of a UUID. */
  public static final CharacterAccuracy UUID = new CharacterAccuracy("-");

  /**
   * Compares an answer with a reference.
   *
   * @return of as many characters as the reference has
   * @throws GraftException {@code data.empty} when the reference has no character that counts
   */
  public Share of(String answer, String reference) {
    int[] given = characters(answer);
    int[] expected = characters(reference);
    if (expected.length == 0) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected a reference with characters other than white space and '"
              + leftOut
              + "', received '"
              + reference
              + "'");
    }
    int equal = 0;
    for (int i = 0; i < Math.min(given.length, expected.length); i++) {
      equal += given[i] == expected[i] ? 1 : 0;
    }
    return new Share(equal, expected.length);
  }

  private int[] characters(String text) {
    return text.codePoints()
        .filter(c -> !Character.isWhitespace(c) && leftOut.indexOf(c) < 0)
        .toArray();
  }
}
