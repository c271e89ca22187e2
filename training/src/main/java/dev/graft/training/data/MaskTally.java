package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a mask leaves of a data set, and refuses what cannot be meant. */
final class MaskTally {
  private static final Logger LOG = LoggerFactory.getLogger(MaskTally.class);
  private static final int SHOWN_CHARACTERS = 300;

  private final OptionalInt bos;
  private final Map<Role, Long> tokens = new EnumMap<>(Role.class);
  private final Map<Role, Long> trained = new EnumMap<>(Role.class);
  private final Rows doubledBos = new Rows();
  private final Rows untrained = new Rows();
  private final Rows withoutEnd = new Rows();
  private int withEnd;
  private long ends;
  private long trainedEnds;

  /** Examples of one kind: how many there are, and what the first looks like. */
  private static final class Rows {
    private int count;
    private @Nullable String example;

    void add(Origin origin, TokenizedExample shown) {
      if (count++ == 0) {
        example = origin + ", reads '" + excerpt(shown.text()) + "'.";
      }
    }

    String example() {
      return String.valueOf(example);
    }
  }

  /**
   * Starts to count.
   *
   * @param bos the token that begins a text, where the tokenizer has one
   */
  MaskTally(OptionalInt bos) {
    this.bos = bos;
  }

  /** The beginning of a text. */
  static String excerpt(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
  }

  /** Every example that is read. */
  void read(Origin origin, TokenizedExample e) {
    List<Token> all = e.tokens();
    if (bos.isPresent()
        && all.size() > 1
        && all.get(0).id() == bos.getAsInt()
        && all.get(1).id() == bos.getAsInt()) {
      doubledBos.add(origin, e);
    }
  }

  /** An example of which no token carries loss. */
  void untrained(Origin origin, TokenizedExample e) {
    untrained.add(origin, e);
  }

  int untrained() {
    return untrained.count;
  }

  /**
   * An example that is trained on.
   *
   * @param weights those of the tokens that are kept; the others are cut off
   * @param mayBeCut whether it is a document, which has no turns to end
   */
  void used(Origin origin, TokenizedExample e, float[] weights, boolean mayBeCut) {
    boolean response = false;
    boolean end = false;
    List<Token> all = e.tokens();
    for (int i = 0; i < all.size(); i++) {
      Token t = all.get(i);
      tokens.merge(t.role(), 1L, Long::sum);
      ends += t.endOfTurn() ? 1 : 0;
      if (i < weights.length && weights[i] > 0) {
        trained.merge(t.role(), 1L, Long::sum);
        trainedEnds += t.endOfTurn() ? 1 : 0;
        response |= t.role() == Role.RESPONSE;
        end |= t.endOfTurn();
      }
    }
    if (end) {
      withEnd++;
    } else if (response && !mayBeCut) {
      withoutEnd.add(origin, e);
    }
  }

  /** How many tokens have each role, those that are cut off included. */
  Map<Role, Long> tokensByRole() {
    return tokens;
  }

  /** How many tokens that carry loss have each role. */
  Map<Role, Long> trainedTokensByRole() {
    return trained;
  }

  long endsOfTurn() {
    return ends;
  }

  long trainedEndsOfTurn() {
    return trainedEnds;
  }

  /**
   * Refuses, or warns of, what cannot be meant.
   *
   * @param considered the examples that are not left out as too long
   * @param endsLeftOut whether the mask was asked to leave out the ends of turns
   * @throws GraftException {@code data.double-bos}, {@code mask.untrained}, {@code
   *     mask.end-of-turn}
   */
  void check(Gates gates, int considered, boolean endsLeftOut) {
    if (doubledBos.count > 0) {
      report(gates.enforced(), ErrorCode.DATA_DOUBLE_BOS, doubledBosMessage(considered));
    }
    double share = (double) untrained.count / considered;
    if (untrained.count > 0) {
      boolean refused = gates.enforced() && share > gates.maxUntrainedShare();
      report(refused, ErrorCode.MASK_UNTRAINED, untrainedMessage(gates, considered, share));
    }
    if (withoutEnd.count > 0 && !endsLeftOut) {
      boolean refused = gates.enforced() && withEnd == 0;
      report(refused, ErrorCode.MASK_END_OF_TURN, endMessage());
    }
  }

  private static void report(boolean refused, ErrorCode code, String message) {
    if (refused) {
      throw new GraftException(code, message);
    }
    LOG.warn("{} [{}]", message.replaceAll("\\s*\\R\\s*", " "), code.id());
  }

  private String doubledBosMessage(int considered) {
    return "expected one beginning-of-text token at the start of an example, received two in "
        + doubledBos.count
        + " of "
        + considered
        + " examples. The first, "
        + doubledBos.example()
        + " Graft adds none to a text that starts with one, so the data holds both, or the data"
        + " one and the template another: remove one of them.";
  }

  private String untrainedMessage(Gates gates, int considered, double share) {
    return "expected tokens that carry loss in "
        + (gates.maxUntrainedShare() == 0 ? "every example" : "all but a few examples")
        + ", received a mask that leaves none in "
        + untrained.count
        + " of "
        + considered
        + " ("
        + percent(share)
        + (gates.enforced() ? "; max_untrained_share is " + percent(gates.maxUntrainedShare()) : "")
        + "), which are left out. The first, "
        + untrained.example()
        + " They have no response, or none within sequence_len; correct the data or the masking, or"
        + " raise max_untrained_share if that is meant.";
  }

  private String endMessage() {
    String what =
        ends == 0
            ? "the template ends no turn"
            : "it is masked, or cut off with what is longer than a row";
    return "expected the end of the assistant's turn to carry loss, received "
        + withoutEnd.count
        + " of "
        + (withoutEnd.count + withEnd)
        + " examples with a trained response in which it does not ("
        + what
        + "), so that the model does not learn to stop. The first, "
        + withoutEnd.example()
        + " Raise sequence_len, correct the template or the masking, or set the mask's eot to none"
        + " if that is meant.";
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
