package dev.graft.adapters.dora;

import dev.graft.api.adapter.AdapterOptions;
import dev.graft.api.adapter.ModulePatterns;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The recipe's {@code adapter} block for {@code type: dora}.
 *
 * <p>The keys of {@code rank_pattern} and {@code alpha_pattern} are read as {@link ModulePatterns}
 * says.
 */
public record DoraConfig(
    @Doc("Rank of the change of a weight, at least 1.") @Default("8") int r,
    @Doc("Numerator of the scale of the change, above 0.") @Default("16") double alpha,
    @Doc("Share of the input that training drops in all but the frozen output, in [0, 1).")
        @Default("0")
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
    @Doc("How lora_A starts: kaiming is U(-1/sqrt(in), 1/sqrt(in)), gaussian is N(0, 1/r^2).")
        @Default("kaiming")
        Init init,
    @Doc("Other ranks for some modules, by name or regular expression.")
        Map<String, Integer> rankPattern,
    @Doc("Other values of alpha for some modules, by name or regular expression.")
        Map<String, Double> alphaPattern,
    @Doc("LoRA+: the learning rate of lora_B as a multiple of lora_A's, above 0.") @Default("1")
        double loraplusLrRatio) {
  private static final AdapterOptions OPTIONS = new AdapterOptions("dora");

  /** How alpha becomes the scale s of the change. */
  public enum Scaling {
    /** s = alpha/r (arXiv 2106.09685). */
    STANDARD,
    /** s = alpha/√r, which keeps the change's size when r grows (arXiv 2312.03732). */
    RSLORA
  }

  /** How lora_A starts; lora_B starts at zero. */
  public enum Init {
    /** Kaiming uniform with a = √5. */
    KAIMING,
    /** Normal with standard deviation 1/r. */
    GAUSSIAN
  }

  public DoraConfig {
    OPTIONS.rank("r", r);
    OPTIONS.positive("alpha", alpha);
    OPTIONS.dropout(dropout);
    OPTIONS.positive("loraplus_lr_ratio", loraplusLrRatio);
    layersToTransform = List.copyOf(layersToTransform);
    targetModules.inLayers(layersToTransform);
    rankPattern = OPTIONS.patterns("rank_pattern", rankPattern, OPTIONS::rank);
    alphaPattern = OPTIONS.patterns("alpha_pattern", alphaPattern, OPTIONS::positive);
  }

  /** The sites that the options choose together. */
  TargetModules targets() {
    return targetModules.narrowed(excludeModules, layersToTransform);
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
