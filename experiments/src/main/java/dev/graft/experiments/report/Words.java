package dev.graft.experiments.report;

import dev.graft.experiments.claims.Outcome;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.Unit;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a person who does not know the recipes is told. */
final class Words {
  private static final String LORA =
      "A low-rank change B·A of every linear layer; the weights themselves are frozen";

  private static final Map<String, String> LEVELS =
      Map.ofEntries(
          Map.entry("mask:none", "Every token carries loss, the instruction too"),
          Map.entry("mask:special-tokens", "All but the template's special tokens carry loss"),
          Map.entry("mask:response-only", "Only the response and its end carry loss"),
          Map.entry("mask:boilerplate", "All but the words that the template repeats in every row"),
          Map.entry("mask:weighted", "The instruction carries a tenth of the response's loss"),
          Map.entry("method:full", "Full fine-tuning: all weights are trained"),
          Map.entry("method:lora", LORA),
          Map.entry("method:lora-r4", LORA + "; rank 4"),
          Map.entry("method:lora-r8", LORA + "; rank 8"),
          Map.entry("method:lora-r16", LORA + "; rank 16"),
          Map.entry("method:lora-r64", LORA + "; rank 64"),
          Map.entry("method:lora-large", LORA + "; a large rank"),
          Map.entry("method:rslora", "LoRA scaled by the root of its rank instead of the rank"),
          Map.entry("method:lora-plus", "LoRA whose B learns at a higher rate than its A"),
          Map.entry("method:relora", "LoRA that is merged into the weights now and then"),
          Map.entry("method:dora", "LoRA with a trained length for every row of the weight"),
          Map.entry("method:dora-r8", "DoRA of rank 8: LoRA with a trained length for every row"),
          Map.entry("method:mora", "A square matrix of full rank instead of two thin ones"),
          Map.entry("method:mora-r8", "MoRA with as many parameters as LoRA of rank 8"),
          Map.entry("method:mora-large", "MoRA with as many parameters as the large LoRA"),
          Map.entry("method:mora-sharing", "MoRA whose inputs share rows of the square matrix"),
          Map.entry("method:mora-rotation", "MoRA whose groups of inputs are told apart by angle"));

  private static final Map<String, String> ENGINES =
      Map.of(
          "djl-pytorch", "PyTorch",
          "tensorflow", "TensorFlow",
          "reference", "the reference engine");

  private Words() {}

  /** What a level means: what the study says of it, else what its method or mask is. */
  static Optional<String> level(Factor factor, String level) {
    return Optional.ofNullable(
        factor.about().getOrDefault(level, LEVELS.get(factor.name() + ":" + level)));
  }

  static String engine(String name) {
    String known = ENGINES.get(name);
    return known == null ? name : known + " (" + name + ")";
  }

  static String unit(Unit unit) {
    return unit == Unit.SHARE ? "%" : "nats per token";
  }

  static String withUnit(MeasureInfo measure) {
    return measure.label() + " (" + unit(measure.unit()) + ")";
  }

  static String outcome(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> "Reproduced";
      case NOT_REPRODUCED -> "Not reproduced";
      case UNDECIDED -> "Undecided";
      case NOT_TESTED -> "Not tested";
    };
  }

  /** The levels of a run in one line. */
  static String levels(Map<String, String> levels) {
    return levels.entrySet().stream()
        .map(e -> e.getKey() + ": " + e.getValue())
        .collect(Collectors.joining(" · "));
  }

  static String run(RunResult run) {
    String levels = levels(run.levels());
    return (levels.isEmpty() ? "" : levels + " · ") + run.engine() + " · seed " + run.seed();
  }

  static String capital(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + text.substring(1);
  }
}
