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
  /** More than ten points of accuracy behind is not "a little" any more. */
  private static final double A_LITTLE = 0.1;

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
   * "A little" lies between the smallest effect of a share and ten points, on both tasks. Published
   * distances are partly smaller than that effect; such a one cannot be told from the choice of a
   * learning rate.
   */
  private static Claim smallRank() {
    return new PairedClaim(
        "adapters.2",
        "On instruction tuning and maths at small r MoRA (rotation where it was run, else sharing)"
            + " trails LoRA a little.",
        runs -> {
          Reading accuracy = runs.after("accuracy");
          List<Part> parts = new ArrayList<>();
          for (String task : List.of("instruction", "maths")) {
            Contrast behind = LORA.minus(Contrast.of(METHOD, mora(runs))).at(TASK, task);
            String label = "lora minus " + mora(runs) + ", " + task;
            String words =
                (task.equals("maths") ? "in maths" : "in instruction tuning")
                    + " MoRA's accuracy is %s than LoRA's";
            parts.add(
                moreThan(Effects.SHARE, label, behind, accuracy).saying(words, "lower", "higher"));
            parts.add(atMost(A_LITTLE, label, behind, accuracy).saying(words, "lower", "higher"));
          }
          return parts;
        });
  }

  /**
   * "Ties" allows a loss's effect, on the mean of the tasks; each task's accuracy stands beside.
   */
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
          for (String task : runs.present(TASK, List.of("instruction", "maths"))) {
            parts.add(
                atMost(
                        Effects.SHARE,
                        "dora minus lora, " + task,
                        dora.minus(LORA).at(TASK, task),
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
