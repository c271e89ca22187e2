package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A question with choices, one of them right.
 *
 * @param context the ids before every choice, at least one
 * @param choices at least two
 * @param gold the index of the right one
 */
public record ChoiceItem(List<Integer> context, List<Choice> choices, int gold) {
  /**
   * A choice.
   *
   * @param text whose length normalizes the log-likelihood, not empty
   * @param ids what the model is asked for, at least one
   */
  public record Choice(String text, List<Integer> ids) {
    public Choice {
      ids = List.copyOf(ids);
      check(!text.isEmpty(), "a choice with text, so that it has a length", "an empty one");
      check(!ids.isEmpty(), "a choice of at least one token", "none for '" + text + "'");
    }
  }

  public ChoiceItem {
    context = List.copyOf(context);
    choices = List.copyOf(choices);
    check(
        !context.isEmpty(),
        "a context of at least one token before the choices (the id that starts a text, where"
            + " there is nothing else)",
        "none");
    check(choices.size() >= 2, "at least two choices", choices.size());
    check(
        gold >= 0 && gold < choices.size(),
        "the right choice's index below " + choices.size(),
        gold);
  }

  private static void check(boolean good, String expected, Object received) {
    if (!good) {
      throw new GraftException(
          ErrorCode.DATA_MALFORMED, "expected " + expected + ", received " + received);
    }
  }

  /**
   * Tokenizes a question as lm-evaluation-harness does: context and choice together, the context
   * alone, and a choice's ids are what comes after as many as the context has. White space that
   * ends the context goes to the choices.
   *
   * @param encoder tokenizes a text as it stands
   * @param prefix ids before every context, such as the one that starts a text
   * @param delimiter what stands between context and choice, usually a space; it is no part of the
   *     length that normalizes
   */
  public static ChoiceItem of(
      Function<String, int[]> encoder,
      List<Integer> prefix,
      String context,
      String delimiter,
      List<String> choices,
      int gold) {
    String bare = context.stripTrailing();
    String between = context.substring(bare.length()) + delimiter;
    int length = encoder.apply(bare).length;
    List<Integer> before = new ArrayList<>(prefix);
    before.addAll(ids(encoder.apply(bare), 0));
    List<Choice> out = new ArrayList<>();
    for (String choice : choices) {
      int[] whole = encoder.apply(bare + between + choice);
      out.add(new Choice(choice, ids(whole, Math.min(length, whole.length))));
    }
    return new ChoiceItem(before, out, gold);
  }

  private static List<Integer> ids(int[] ids, int from) {
    return Arrays.stream(ids, from, ids.length).boxed().toList();
  }
}
