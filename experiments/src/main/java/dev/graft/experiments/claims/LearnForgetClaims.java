package dev.graft.experiments.claims;

import static dev.graft.experiments.claims.Part.moreThan;

import java.util.List;

/**
 * The claims on learning and forgetting, after <a href="https://arxiv.org/abs/2405.09673">LoRA
 * Learns Less and Forgets Less</a>.
 *
 * <p>LoRA means rank 16; where the study has no such runs, the mean of the ranks that it has.
 * Learning is decided by the accuracy on the target, as in the paper; the loss is shown beside.
 * Forgetting is decided by the growth of the loss on the source domain, which has no ceiling; the
 * lost facts and narratives are shown beside.
 */
final class LearnForgetClaims {
  private static final String LORA =
      "LoRA (of rank 16 where it was run, else the mean of its ranks) ";
  private static final String METHOD = "method";
  private static final String DOMAIN = "domain";
  private static final String REGIME = "regime";
  private static final Contrast FULL = Contrast.of(METHOD, "full");

  private LearnForgetClaims() {}

  static List<Claim> all() {
    return List.of(
        learnsLess(),
        moreInContinuedPretraining(),
        moreInCode(),
        forgetsLess(),
        lessInMaths(),
        overfitsLess());
  }

  /** By a share's effect of target accuracy. */
  private static Claim learnsLess() {
    return new PairedClaim(
        "forget.1",
        LORA + "learns less on the target than full fine-tuning.",
        runs -> {
          Lora lora = Lora.of(runs);
          return List.of(
              moreThan(
                      Effects.SHARE,
                      "full minus " + lora.label,
                      FULL.minus(lora.contrast),
                      runs.after("target_accuracy"))
                  .saying(
                      "LoRA's target accuracy is %s than full fine-tuning's", "lower", "higher"),
              moreThan(
                      Effects.LOSS,
                      lora.label + " minus full",
                      lora.contrast.minus(FULL),
                      runs.after("target_loss"))
                  .beside());
        });
  }

  /** A difference of two gaps, by the same effect as a gap. */
  private static Claim moreInContinuedPretraining() {
    return new PairedClaim(
        "forget.2",
        "The gap in learning between full fine-tuning and "
            + LORA
            + "is larger for continued pretraining than for instruction tuning.",
        runs ->
            gaps(
                runs,
                REGIME,
                "continued",
                "instruction",
                "in continued pretraining than in instruction tuning"));
  }

  /** A difference of two gaps, by the same effect as a gap. */
  private static Claim moreInCode() {
    return new PairedClaim(
        "forget.3",
        "The gap in learning between full fine-tuning and "
            + LORA
            + "is larger for code than for maths.",
        runs -> gaps(runs, DOMAIN, "code", "maths", "in code than in maths"));
  }

  private static List<Part> gaps(
      Runs runs, String factor, String large, String small, String where) {
    Lora lora = Lora.of(runs);
    Contrast gap = FULL.minus(lora.contrast);
    Contrast loss = lora.contrast.minus(FULL);
    String label = ", " + large + " minus " + small;
    return List.of(
        moreThan(
                Effects.SHARE,
                "full minus " + lora.label + label,
                gap.at(factor, large).minus(gap.at(factor, small)),
                runs.after("target_accuracy"))
            .saying(
                "the lead of full fine-tuning over LoRA in target accuracy is %s " + where,
                "larger",
                "smaller"),
        moreThan(
                Effects.LOSS,
                lora.label + " minus full" + label,
                loss.at(factor, large).minus(loss.at(factor, small)),
                runs.after("target_loss"))
            .beside());
  }

  /** By a loss's effect of the growth of the source domain's loss. */
  private static Claim forgetsLess() {
    return new PairedClaim(
        "forget.4",
        LORA + "forgets less of the source domain than full fine-tuning.",
        runs -> {
          Lora lora = Lora.of(runs);
          Contrast gap = FULL.minus(lora.contrast);
          String label = "full minus " + lora.label;
          return List.of(
              moreThan(Effects.LOSS, label, gap, runs.growth("source_loss"))
                  .saying(
                      "the source domain's loss grows %s with LoRA than with full fine-tuning",
                      "less", "more"),
              moreThan(Effects.SHARE, label, gap, runs.decline("facts")).beside(),
              moreThan(Effects.SHARE, label, gap, runs.decline("narratives")).beside());
        });
  }

  /** A difference of two gaps in forgetting, by the same effect as a gap. */
  private static Claim lessInMaths() {
    return new PairedClaim(
        "forget.5",
        "The difference in forgetting between full fine-tuning and "
            + LORA
            + "is smaller for maths than for code.",
        runs -> {
          Lora lora = Lora.of(runs);
          Contrast gap = FULL.minus(lora.contrast);
          Contrast more = gap.at(DOMAIN, "code").minus(gap.at(DOMAIN, "maths"));
          String label = "full minus " + lora.label + ", code minus maths";
          return List.of(
              moreThan(Effects.LOSS, label, more, runs.growth("source_loss"))
                  .saying(
                      "what full fine-tuning forgets beyond LoRA, as loss of the source domain, is"
                          + " %s after maths than after code",
                      "smaller", "larger"),
              moreThan(Effects.SHARE, label, more, runs.decline("facts")).beside(),
              moreThan(Effects.SHARE, label, more, runs.decline("narratives")).beside());
        });
  }

  /**
   * Overfitting is the held-out loss minus the loss of the rows trained on; how much it grows from
   * few to many epochs is compared, by a loss's effect.
   */
  private static Claim overfitsLess() {
    return new PairedClaim(
        "forget.6",
        LORA + "overfits less than full fine-tuning as epochs grow.",
        runs -> {
          Lora lora = Lora.of(runs);
          Contrast gap = FULL.minus(lora.contrast);
          Reading overfitting =
              new Reading(
                  "held-out minus training loss on the target",
                  Scale.NATS,
                  r ->
                      Runs.value(r.after(), "target_loss")
                          .flatMap(
                              held ->
                                  Runs.value(r.after(), "target_train_loss")
                                      .map(trained -> held - trained)));
          return List.of(
              moreThan(
                      Effects.LOSS,
                      "full minus " + lora.label + ", many minus few epochs",
                      gap.at("epochs", "many").minus(gap.at("epochs", "few")),
                      overfitting)
                  .saying(
                      "from few to many epochs held-out loss departs from training loss by %s with"
                          + " LoRA than with full fine-tuning",
                      "less", "more"));
        });
  }

  /** What LoRA means for the runs that there are. */
  private record Lora(String label, Contrast contrast) {
    static Lora of(Runs runs) {
      if (runs.present(METHOD, List.of("lora-r16")).isEmpty()) {
        List<String> others = runs.present(METHOD, List.of("lora-r4", "lora-r8", "lora-r64"));
        if (!others.isEmpty()) {
          String label = String.join(" and ", others);
          return new Lora(
              others.size() == 1 ? label : "the mean of " + label, Contrast.of(METHOD, others));
        }
      }
      return new Lora("lora-r16", Contrast.of(METHOD, "lora-r16"));
    }
  }
}
