package dev.graft.training.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.graft.api.masking.Role;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a data set.
 *
 * @param examples the examples read
 * @param used those that are trained on; of one that is cut into rows, every piece
 * @param dropped those left out because they are longer than a row
 * @param truncated those cut at the end of a row
 * @param truncatedUntrained those of them left out because the cut took all that carried loss
 * @param split those cut into several rows, documents included
 * @param untrained those left out because no token of theirs carries loss
 * @param tokens the tokens of the used examples
 * @param trainedTokens those of them that carry loss
 * @param lengths how long the examples read are
 * @param tokensByRole how many tokens of the used examples, before cutting, have each role
 * @param trainedTokensByRole how many of the tokens that carry loss have each role
 * @param endsOfTurn how many tokens of the used examples, before cutting, end an assistant's turn
 * @param trainedEndsOfTurn how many of the tokens that carry loss end an assistant's turn
 */
public record DataStatistics(
    int examples,
    int used,
    int dropped,
    int truncated,
    int truncatedUntrained,
    int split,
    int untrained,
    long tokens,
    long trainedTokens,
    LengthStatistics lengths,
    Map<Role, Long> tokensByRole,
    Map<Role, Long> trainedTokensByRole,
    long endsOfTurn,
    long trainedEndsOfTurn) {
  public DataStatistics {
    tokensByRole = Collections.unmodifiableMap(new TreeMap<>(tokensByRole));
    trainedTokensByRole = Collections.unmodifiableMap(new TreeMap<>(trainedTokensByRole));
  }

  /**
   * l_inst/l_out of arXiv 2405.14394: how much longer instructions are than responses, as the ratio
   * of their mean lengths in tokens. The instruction is the user's own text, the input included;
   * template, special tokens and system messages count to neither. 0 without responses.
   */
  @JsonProperty("instructionResponseRatio")
  public double instructionResponseRatio() {
    long response = tokensByRole.getOrDefault(Role.RESPONSE, 0L);
    long instruction =
        tokensByRole.getOrDefault(Role.INSTRUCTION, 0L) + tokensByRole.getOrDefault(Role.INPUT, 0L);
    return response == 0 ? 0 : (double) instruction / response;
  }
}
