package dev.graft.experiments.claims;

import static dev.graft.experiments.claims.Part.atMost;
import static dev.graft.experiments.claims.Part.moreThan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The claims on methods, after the article's table from <a
 * href="https://arxiv.org/abs/2405.12130">MoRA: High-Rank Updating for Parameter-Efficient
 * Fine-Tuning</a>.
 *
 * <p>MoRA means its rotation, which the paper uses for small ranks; where the study has no such
 * runs, its sharing.
 */
final class AdapterClaims {
  /** More than five times the smallest effect behind, as ten points, is not "a little" any more. */
  private static final double A_LITTLE = 5;

  private static final String METHOD = "method";
  private static final String TASK = "task";
  private static final List<String> VARIANTS =
      List.of("lora", "rslora", "lora-plus", "relora", "dora");
  private static final Map<String, String> NAMES =
      Map.of(
          "lora", "LoRA",
          "rslora", "rsLoRA",
          "lora-plus", "LoRA+",
          "relora", "ReLoRA",
          "dora", "DoRA");
  private static final Contrast LORA = Contrast.of(METHOD, "lora");

  private AdapterClaims() {}

  static List<Claim> all() {
    return List.of(continuedPretraining(), smallRank(), dora());
  }

  /** Every lead by a loss's effect, and one of full fine-tuning over MoRA. */
  private static Claim continuedPretraining() {
    return new PairedClaim(
        "adapters.1",
        "In continued pretraining MoRA (rotation where it was run, else sharing) beats every variant"
            + " of LoRA, and only full fine-tuning beats it.",
        runs -> {
          Contrast mora = Contrast.of(METHOD, mora(runs)).at(TASK, "continued");
          Contrast full = Contrast.of(METHOD, "full").at(TASK, "continued");
          Reading loss = runs.after("loss");
          List<Part> parts = new ArrayList<>();
          for (String variant : variants(runs)) {
            parts.add(
                moreThan(
                        Effects.LOSS,
                        variant + " minus " + mora(runs) + ", continued",
                        Contrast.of(METHOD, variant).at(TASK, "continued").minus(mora),
                        loss)
                    .saying(
                        "in continued pretraining MoRA's held-out loss is %s than "
                            + NAMES.get(variant)
                            + "'s",
                        "lower",
                        "higher"));
          }
          parts.add(
              moreThan(Effects.LOSS, mora(runs) + " minus full, continued", mora.minus(full), loss)
                  .saying(
                      "in continued pretraining full fine-tuning's held-out loss is %s than MoRA's",
                      "lower", "higher"));
          return parts;
        },
        runs -> {
          List<String> absent = new ArrayList<>(VARIANTS);
          absent.removeAll(variants(runs));
          return absent.isEmpty() ? "" : "not compared: " + String.join(", ", absent);
        });
  }

  /**
   * "A little" lies between the smallest effect and five times that, on both tasks: in accuracy
   * where tasks have answers, in loss where they have instructions. Published distances are partly
   * smaller than that effect; such a one cannot be told from the choice of a learning rate.
   */
  private static Claim smallRank() {
    return new PairedClaim(
        "adapters.2",
        "On instruction tuning and maths at small r MoRA (rotation where it was run, else sharing)"
            + " trails LoRA a little.",
        runs -> {
          Contrast mora = Contrast.of(METHOD, mora(runs));
          List<Part> parts = new ArrayList<>();
          parts.addAll(
              aLittle(
                  Effects.LOSS,
                  mora(runs) + " minus lora, instruction",
                  mora.minus(LORA).at(TASK, "instruction"),
                  runs.after("loss"),
                  "in instruction tuning MoRA's held-out loss is %s than LoRA's",
                  List.of("higher", "lower")));
          parts.addAll(
              aLittle(
                  Effects.SHARE,
                  "lora minus " + mora(runs) + ", maths",
                  LORA.minus(mora).at(TASK, "maths"),
                  runs.after("accuracy"),
                  "in maths MoRA's accuracy is %s than LoRA's",
                  List.of("lower", "higher")));
          return parts;
        });
  }

  private static List<Part> aLittle(
      double effect,
      String label,
      Contrast behind,
      Reading reading,
      String words,
      List<String> comparatives) {
    String positive = comparatives.get(0);
    String negative = comparatives.get(1);
    return List.of(
        moreThan(effect, label, behind, reading).saying(words, positive, negative),
        atMost(A_LITTLE * effect, label, behind, reading).saying(words, positive, negative));
  }

  /** "Ties" allows a loss's effect, on the mean of the tasks; accuracy in maths stands beside. */
  private static Claim dora() {
    return new PairedClaim(
        "adapters.3",
        "LoRA ties with or beats DoRA at an equal budget.",
        runs -> {
          Contrast dora = Contrast.of(METHOD, "dora");
          List<Part> parts = new ArrayList<>();
          parts.add(
              atMost(Effects.LOSS, "lora minus dora", LORA.minus(dora), runs.after("loss"))
                  .saying("LoRA's held-out loss is %s than DoRA's", "higher", "lower"));
          if (!runs.present(TASK, List.of("maths")).isEmpty()) {
            parts.add(
                atMost(
                        Effects.SHARE,
                        "dora minus lora, maths",
                        dora.minus(LORA).at(TASK, "maths"),
                        runs.after("accuracy"))
                    .beside());
          }
          return parts;
        });
  }

  private static String mora(Runs runs) {
    return runs.first(METHOD, List.of("mora-rotation", "mora-sharing"));
  }

  private static List<String> variants(Runs runs) {
    List<String> there = runs.present(METHOD, VARIANTS);
    return there.isEmpty() ? VARIANTS : there;
  }
}
