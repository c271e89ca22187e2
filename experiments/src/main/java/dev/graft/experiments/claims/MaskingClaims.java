package dev.graft.experiments.claims;

import static dev.graft.experiments.claims.Part.atMost;
import static dev.graft.experiments.claims.Part.moreThan;

import java.util.List;

/**
 * The claims on masks, after <a href="https://arxiv.org/abs/2405.14394">Instruction Tuning With
 * Loss Over Instructions</a>.
 *
 * <p>"Loss on the instruction" means no mask; where the study has no such runs, special tokens
 * only. All losses are those of responses, whatever the mask, so that masks can be compared.
 */
final class MaskingClaims {
  private static final String MASK = "mask";
  private static final String PROMPTS = "prompts";
  private static final List<String> LENGTHS = List.of("short", "balanced", "long");
  private static final Contrast RESPONSE_ONLY = Contrast.of(MASK, "response-only");

  private MaskingClaims() {}

  static List<Claim> all() {
    return List.of(asGood(), growsWithPrompts(), shrinksWithSize(), overfitsLess(), boilerplate());
  }

  /**
   * "At least as good" allows the smallest effect worth claiming, on the held-out loss; whether a
   * mask is better is not asked. Exact match is shown beside: it counts fewer and coarser events.
   */
  private static Claim asGood() {
    return new PairedClaim(
        "mask.1",
        "Loss on the instruction too (no mask or special tokens only) is at least as good as"
            + " response-only on held-out responses.",
        runs -> {
          Contrast open = open(runs);
          String label = level(runs) + " minus response-only";
          return List.of(
              atMost(Effects.LOSS, label, open.minus(RESPONSE_ONLY), runs.after("response_loss"))
                  .saying(
                      words(runs) + " the held-out response loss is %s than with response-only",
                      "higher",
                      "lower"),
              atMost(
                      Effects.SHARE,
                      "response-only minus " + level(runs),
                      RESPONSE_ONLY.minus(open),
                      runs.after("exact_match"))
                  .beside());
        });
  }

  /** The advantage at the longest prompts against that at the shortest, by a loss's effect. */
  private static Claim growsWithPrompts() {
    return new PairedClaim(
        "mask.2",
        "The advantage of loss on the instruction grows with the ratio of instruction to response"
            + " length.",
        runs -> {
          List<String> ends = runs.ends(PROMPTS, LENGTHS);
          String few = ends.get(0);
          String many = ends.get(1);
          Contrast advantage = RESPONSE_ONLY.minus(open(runs));
          return List.of(
              moreThan(
                      Effects.LOSS,
                      advantageOf(runs) + ", " + many + " minus " + few + " prompts",
                      advantage.at(PROMPTS, many).minus(advantage.at(PROMPTS, few)),
                      runs.after("response_loss"))
                  .saying(
                      "the advantage of "
                          + noun(runs)
                          + " over response-only in held-out response loss is %s at "
                          + many
                          + " prompts than at "
                          + few
                          + " ones",
                      "larger",
                      "smaller"));
        });
  }

  /** The advantage in the small set against that in the large one, by a loss's effect. */
  private static Claim shrinksWithSize() {
    return new PairedClaim(
        "mask.3",
        "The advantage of loss on the instruction shrinks as the data set grows.",
        runs -> {
          Contrast advantage = RESPONSE_ONLY.minus(open(runs));
          return List.of(
              moreThan(
                      Effects.LOSS,
                      advantageOf(runs) + ", small minus large set",
                      advantage.at("size", "small").minus(advantage.at("size", "large")),
                      runs.after("response_loss"))
                  .saying(
                      "the advantage of "
                          + noun(runs)
                          + " over response-only in held-out response loss is %s with the small set than with the large one",
                      "larger",
                      "smaller"));
        });
  }

  /**
   * Both halves by a loss's effect: a higher loss on the rows trained on and a lower one beyond.
   */
  private static Claim overfitsLess() {
    return new PairedClaim(
        "mask.4",
        "Loss on the instruction overfits less: the response loss is higher on the rows trained on"
            + " and lower on held-out ones.",
        runs -> {
          Contrast open = open(runs);
          return List.of(
              moreThan(
                      Effects.LOSS,
                      level(runs) + " minus response-only, rows trained on",
                      open.minus(RESPONSE_ONLY),
                      runs.after("train_response_loss"))
                  .saying(
                      words(runs)
                          + " the response loss is %s than with response-only on the rows trained"
                          + " on",
                      "higher",
                      "lower"),
              moreThan(
                      Effects.LOSS,
                      "response-only minus " + level(runs) + ", held-out rows",
                      RESPONSE_ONLY.minus(open),
                      runs.after("response_loss"))
                  .saying(
                      words(runs) + " it is %s than with response-only on held-out ones",
                      "lower",
                      "higher"));
        });
  }

  /**
   * The article asks this without an answer. "At or above" allows the smallest effect worth
   * claiming, against both.
   */
  private static Claim boilerplate() {
    return new PairedClaim(
        "mask.5",
        "Masking only the boilerplate is at least as good as both loss on the instruction and"
            + " response-only.",
        runs -> {
          Contrast boilerplate = Contrast.of(MASK, "boilerplate");
          String start = "with only the boilerplate masked the held-out response loss is %s than ";
          return List.of(
              atMost(
                      Effects.LOSS,
                      "boilerplate minus " + level(runs),
                      boilerplate.minus(open(runs)),
                      runs.after("response_loss"))
                  .saying(start + words(runs), "higher", "lower"),
              atMost(
                      Effects.LOSS,
                      "boilerplate minus response-only",
                      boilerplate.minus(RESPONSE_ONLY),
                      runs.after("response_loss"))
                  .saying(start + "with response-only", "higher", "lower"));
        });
  }

  private static String level(Runs runs) {
    return runs.first(MASK, List.of("none", "special-tokens"));
  }

  private static Contrast open(Runs runs) {
    return Contrast.of(MASK, level(runs));
  }

  private static String words(Runs runs) {
    return level(runs).equals("none") ? "without a mask" : "with only special tokens masked";
  }

  private static String noun(Runs runs) {
    return level(runs).equals("none") ? "no mask" : "masking only special tokens";
  }

  private static String advantageOf(Runs runs) {
    return "advantage of " + level(runs) + " over response-only";
  }
}
