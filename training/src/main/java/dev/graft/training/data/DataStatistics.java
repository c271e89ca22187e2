package dev.graft.training.data;

import dev.graft.api.masking.Role;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a data set.
 *
 * @param examples the examples read
 * @param used those that are trained on; of a text that is cut, every piece
 * @param skipped those left out because they are longer than a row
 * @param truncated those cut at the end of a row
 * @param untrained those left out because no token of theirs carries loss
 * @param tokens the tokens of the used examples
 * @param trainedTokens those of them that carry loss
 * @param longest the tokens of the longest example read
 * @param tokensByRole how many tokens of the used examples, before cutting, have each role
 */
public record DataStatistics(
    int examples,
    int used,
    int skipped,
    int truncated,
    int untrained,
    long tokens,
    long trainedTokens,
    int longest,
    Map<Role, Long> tokensByRole) {
  public DataStatistics {
    tokensByRole = Collections.unmodifiableMap(new TreeMap<>(tokensByRole));
  }
}
