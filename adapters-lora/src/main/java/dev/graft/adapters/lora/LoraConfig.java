package dev.graft.adapters.lora;

import dev.graft.api.adapter.AdapterOptions;
import dev.graft.api.adapter.ModulePatterns;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.adapter.TrainedBiases;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The recipe's {@code adapter} block for {@code type: lora}.
 *
 * <p>The keys of {@code rank_pattern} and {@code alpha_pattern} are regular expressions; a key
 * holds for a module whose whole name, or whose end after a dot, it matches. The first matching key
 * wins.
 */
public record LoraConfig(
    @Doc("Rank of the change of a weight, at least 1.") @Default("8") int r,
    @Doc("Numerator of the scale of the change, above 0.") @Default("16") double alpha,
    @Doc("Share of the input that training drops before lora_A, in [0, 1).") @Default("0")
        double dropout,
    @Doc("Which modules: a list of names, a regular expression, or all-linear.")
        @Default("[q_proj, v_proj]")
        TargetModules targetModules,
    @Doc("Which of them are left out: a list of names or a regular expression.")
        Optional<TargetModules> excludeModules,
    @Doc("The only blocks in which listed names choose modules, by index from 0; all when absent.")
        List<Integer> layersToTransform,
    @Doc("How alpha becomes a scale: standard is alpha/r, rslora is alpha/sqrt(r).")
        @Default("standard")
        Scaling scaling,
    @Doc(
            "How A starts: kaiming is U(-1/sqrt(in), 1/sqrt(in)), gaussian is N(0, 1/r^2); pissa and"
                + " olora take A and B from the weight.")
        @Default("kaiming")
        Init init,
    @Doc("Other ranks for some modules, by name or regular expression.")
        Map<String, Integer> rankPattern,
    @Doc("Other values of alpha for some modules, by name or regular expression.")
        Map<String, Double> alphaPattern,
    @Doc("LoRA+: the learning rate of lora_B as a multiple of lora_A's, above 0.") @Default("1")
        double loraplusLrRatio,
    @Doc("Which biases of the base model are trained and saved too.") @Default("none")
        TrainedBiases bias,
    @Doc("Modules of the base model that are trained and saved whole, by the ends of their names.")
        List<String> modulesToSave) {
  private static final AdapterOptions OPTIONS = new AdapterOptions("lora");

  /** How alpha becomes the scale s of the change. */
  public enum Scaling {
    /** s = alpha/r (arXiv 2106.09685). */
    STANDARD,
    /** s = alpha/√r, which keeps the change's size when r grows (arXiv 2312.03732). */
    RSLORA
  }

  /** How lora_A starts; lora_B starts at zero, where they do not come from the weight. */
  public enum Init {
    /** Kaiming uniform with a = √5. */
    KAIMING,
    /** Normal with standard deviation 1/r. */
    GAUSSIAN,
    /** A and B are the largest r singular directions of the weight (arXiv 2404.02948). */
    PISSA,
    /** A and B are the first r directions of its QR decomposition (arXiv 2406.01775). */
    OLORA;

    /** Whether A and B start as a part of the weight, which what is frozen then lacks. */
    boolean splitsWeight() {
      return this == PISSA || this == OLORA;
    }
  }

  public LoraConfig {
    OPTIONS.rank("r", r);
    OPTIONS.positive("alpha", alpha);
    OPTIONS.dropout(dropout);
    if (init.splitsWeight() && dropout > 0) {
      throw OPTIONS.invalid(
          "dropout 0 with init pissa or olora, whose A and B are the weight's", dropout);
    }
    OPTIONS.positive("loraplus_lr_ratio", loraplusLrRatio);
    layersToTransform = List.copyOf(layersToTransform);
    modulesToSave = List.copyOf(modulesToSave);
    if (modulesToSave.stream().anyMatch(String::isBlank)) {
      throw OPTIONS.invalid("names in modules_to_save", modulesToSave);
    }
    targetModules.inLayers(layersToTransform);
    rankPattern = OPTIONS.patterns("rank_pattern", rankPattern, OPTIONS::rank);
    alphaPattern = OPTIONS.patterns("alpha_pattern", alphaPattern, OPTIONS::positive);
  }

  /** The sites that the options choose together. */
  TargetModules targets() {
    return targetModules.narrowed(excludeModules, layersToTransform);
  }

  /**
   * The plain LoRA of twice the rank and the same scale at every module, of which one half may take
   * back what the other started with.
   */
  LoraConfig doubled() {
    double factor = scaling == Scaling.RSLORA ? Math.sqrt(2) : 2;
    Map<String, Integer> ranks = new LinkedHashMap<>();
    rankPattern.forEach((key, value) -> ranks.put(key, 2 * value));
    Map<String, Double> alphas = new LinkedHashMap<>();
    alphaPattern.forEach((key, value) -> alphas.put(key, factor * value));
    return new LoraConfig(
        2 * r,
        factor * alpha,
        dropout,
        targetModules,
        excludeModules,
        layersToTransform,
        scaling,
        Init.KAIMING,
        ranks,
        alphas,
        1,
        bias,
        modulesToSave);
  }

  /** The rank at a module. */
  int r(String module) {
    return ModulePatterns.find(rankPattern, module, r);
  }

  /** The scale s of the change at a module. */
  double scale(String module) {
    double a = ModulePatterns.find(alphaPattern, module, alpha);
    return scaling == Scaling.RSLORA ? a / Math.sqrt(r(module)) : a / r(module);
  }
}
