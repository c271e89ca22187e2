package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/**
 * The share of a reference's characters that an answer has at the same place. Characters outside of
 * an alphabet are left out of both first, so that with {@link #HEXADECIMAL} the hyphens of a UUID
 * do not count. What the answer lacks is wrong; what it has beyond the reference is ignored.
 *
 * @param alphabet the characters that count; case matters
 */
public record CharacterAccuracy(String alphabet) {
  /** The digits of a UUID as it is usually written. */
  public static final CharacterAccuracy HEXADECIMAL = new CharacterAccuracy("0123456789abcdef");

  /**
   * Compares an answer with a reference.
   *
   * @return of as many characters as the reference has
   * @throws GraftException {@code data.empty} when the reference has no character of the alphabet
   */
  public Share of(String answer, String reference) {
    int[] given = characters(answer);
    int[] expected = characters(reference);
    if (expected.length == 0) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected a reference with characters of '"
              + alphabet
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
    return text.codePoints().filter(c -> alphabet.indexOf(c) >= 0).toArray();
  }
}
