package dev.graft.experiments.claims;

import static dev.graft.experiments.claims.Part.atMost;
import static dev.graft.experiments.claims.Part.moreThan;

import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims on memory, after <a href="https://arxiv.org/abs/2405.12130">MoRA: High-Rank Updating
 * for Parameter-Efficient Fine-Tuning</a>, on the accuracy of a value's 32 hexadecimal digits
 * (chance 9.77 %).
 *
 * <p>A run that never reaches 90 % counts as reaching it at the measurement after its last. That is
 * the earliest that can be said, so a distance between a run that reaches it and one that does not
 * is understated. Two runs that both never reach it are at no distance, and "later" does not hold.
 */
final class MemorizeClaims {
  /** Every tenth digit may be wrong: far above chance, and short of the last digits' noise. */
  private static final double MEMORISED = 0.9;

  /**
   * The mean over a run that still counts as near chance for most of it. A run at chance for the
   * published 700 of 900 steps that then rises straight to 100 % has a mean of 0.20.
   */
  private static final double NEAR_CHANCE = 0.25;

  /** The mean over the run: a tenth of all digits over all of its steps. */
  private static final double OVER_RUN = 0.1;

  /**
   * Of the steps of a run; 45 of the published 900, where the published distances are a hundred and
   * more. Less than that is made by the steps between two measurements.
   */
  private static final double LATER = 0.05;

  private static final String CURVE = "characters";
  private static final String METHOD = "method";

  private static final Map<String, String> NAMES =
      Map.of(
          "lora-r8", "LoRA of rank 8",
          "lora-large", "LoRA of large rank",
          "dora-r8", "DoRA of rank 8",
          "mora-r8", "MoRA with as many parameters as LoRA of rank 8",
          "mora-large", "MoRA with as many parameters as LoRA of large rank");

  private MemorizeClaims() {}

  static List<Claim> all() {
    return List.of(smallRank(), largeRank(), fullIsFirst());
  }

  private static Claim smallRank() {
    return new PairedClaim(
        "mem.1",
        "At an equal small budget (r = 8) MoRA memorises and LoRA stays near chance for most of the"
            + " run.",
        runs -> {
          Contrast lora = Contrast.of(METHOD, "lora-r8");
          Contrast mora = Contrast.of(METHOD, "mora-r8");
          String label = "character accuracy, mean over the run";
          return List.of(
              atMost(
                      NEAR_CHANCE,
                      "lora-r8",
                      lora,
                      new Reading(label, Scale.PERCENT, r -> curve(r).map(Curves::mean)))
                  .saying("LoRA of rank 8 has %s of the characters right on average over its run"),
              moreThan(MEMORISED, "mora-r8", mora, memorised())
                  .saying("MoRA with as many parameters ends with %s"),
              moreThan(
                      OVER_RUN,
                      "mora-r8 minus lora-r8",
                      mora.minus(lora),
                      new Reading(label, Scale.POINTS, r -> curve(r).map(Curves::mean)))
                  .saying("over the run MoRA is %s LoRA", "above", "below"));
        });
  }

  private static Claim largeRank() {
    return new PairedClaim(
        "mem.2",
        "LoRA of large rank memorises, later than MoRA with as many parameters.",
        runs -> {
          Contrast lora = Contrast.of(METHOD, "lora-large");
          return List.of(
              moreThan(MEMORISED, "lora-large", lora, memorised())
                  .saying("LoRA of large rank ends with %s of the characters right"),
              later(runs, "lora-large", "mora-large"));
        },
        runs -> censored(runs, List.of("lora-large", "mora-large")));
  }

  private static Claim fullIsFirst() {
    return new PairedClaim(
        "mem.3",
        "Full fine-tuning memorises first.",
        runs -> others(runs).stream().map(other -> later(runs, other, "full")).toList(),
        runs -> {
          List<String> compared = new ArrayList<>(others(runs));
          compared.add("full");
          return censored(runs, compared);
        });
  }

  private static List<String> others(Runs runs) {
    List<String> all = List.of("mora-large", "lora-large", "mora-r8", "lora-r8", "dora-r8");
    List<String> there = runs.present(METHOD, all);
    return there.isEmpty() ? all : there;
  }

  /** A claim that one method reaches 90 % later than another. */
  private static Part later(Runs runs, String late, String early) {
    int steps =
        runs.finished().flatMap(r -> curve(r).stream()).mapToInt(Curves::last).max().orElse(0);
    return moreThan(
            LATER * steps,
            late + " minus " + early,
            Contrast.of(METHOD, late).minus(Contrast.of(METHOD, early)),
            new Reading(
                "steps to 90 % of the characters",
                Scale.STEPS,
                r ->
                    curve(r)
                        .map(c -> Curves.reaches(c, MEMORISED).orElse((double) Curves.next(c)))))
        .saying(name(late) + " reaches 90 %% %s than " + name(early), "later", "earlier");
  }

  private static Reading memorised() {
    return new Reading(
        "character accuracy at the end", Scale.PERCENT, r -> Runs.value(r.after(), CURVE));
  }

  /** How many runs never reached 90 %; the sentence has to say what they count as. */
  private static String censored(Runs runs, List<String> methods) {
    List<String> counts = new ArrayList<>();
    for (String method : methods) {
      List<Curve> curves =
          runs.finished()
              .filter(r -> r.has(Map.of(METHOD, method)))
              .flatMap(r -> curve(r).stream())
              .toList();
      long never = curves.stream().filter(c -> Curves.reaches(c, MEMORISED).isEmpty()).count();
      if (never > 0) {
        counts.add(never + " of " + curves.size() + " of " + method);
      }
    }
    return counts.isEmpty()
        ? ""
        : "runs that never reach 90 % ("
            + String.join(", ", counts)
            + ") count as reaching it one measurement after their last";
  }

  private static Optional<Curve> curve(RunResult run) {
    return run.curve(CURVE).filter(c -> !c.points().isEmpty());
  }

  private static String name(String method) {
    return NAMES.getOrDefault(method, "full fine-tuning");
  }
}
