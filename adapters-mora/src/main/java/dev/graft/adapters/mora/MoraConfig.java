package dev.graft.adapters.mora;

import dev.graft.api.adapter.AdapterOptions;
import dev.graft.api.adapter.ModulePatterns;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The recipe's {@code adapter} block for {@code type: mora}.
 *
 * <p>The keys of {@code rank_pattern} are read as {@link ModulePatterns} says; a module that one of
 * them names has that r, whether {@code square_rank} is given or not.
 */
public record MoraConfig(
    @Doc("Rank of the LoRA with as many parameters, at least 1; gives the side of M.") @Default("8")
        int r,
    @Doc("Side of M, instead of the one that r gives; even for rotation.")
        Optional<Integer> squareRank,
    @Doc("How M becomes a change of the weight, by name or number (1, 2, 3, 4, 6).")
        @Default("rotation")
        MoraType moraType,
    @Doc("What rotation does with an input that has more blocks than the output.") @Default("full")
        Coverage coverage,
    @Doc("Share of the input that training drops before M, in [0, 1).") @Default("0")
        double dropout,
    @Doc("Which modules: a list of names, a regular expression, or all-linear.")
        @Default("[q_proj, v_proj]")
        TargetModules targetModules,
    @Doc("Which of them not: a list of names or a regular expression.")
        Optional<TargetModules> excludeModules,
    @Doc("The only blocks in which listed names choose modules, by index from 0; all when absent.")
        List<Integer> layersToTransform,
    @Doc("Other values of r for some modules, by name or regular expression.")
        Map<String, Integer> rankPattern) {
  private static final AdapterOptions OPTIONS = new AdapterOptions("mora");

  /** What rotation does where the input has more blocks than the output. */
  public enum Coverage {
    /** As the authors' code: columns of the input beyond the output's blocks are ignored. */
    REFERENCE,
    /** The further blocks are added to full blocks of the output. */
    FULL;

    String word() {
      return ConfigBinder.word(this);
    }
  }

  public MoraConfig {
    OPTIONS.rank("r", r);
    squareRank.ifPresent(side -> OPTIONS.rank("square_rank", side));
    if (moraType == MoraType.ROTATION && squareRank.filter(side -> side % 2 != 0).isPresent()) {
      throw OPTIONS.invalid("an even square_rank with rotation", squareRank.get());
    }
    OPTIONS.dropout(dropout);
    layersToTransform = List.copyOf(layersToTransform);
    targetModules.inLayers(layersToTransform);
    rankPattern = OPTIONS.patterns("rank_pattern", rankPattern, OPTIONS::rank);
  }

  /** The sites that the options choose together. */
  TargetModules targets() {
    return targetModules.narrowed(excludeModules, layersToTransform);
  }

  /** The options of what goes on after a merge: as ReMoRA says, with other groups. */
  MoraConfig restarted() {
    return new MoraConfig(
        r,
        squareRank,
        moraType.next(),
        coverage,
        dropout,
        targetModules,
        excludeModules,
        layersToTransform,
        rankPattern);
  }

  /**
   * The side r̂ of M at a site: the square root of a LoRA's (d + k)·r parameters, rounded to the
   * nearest integer, and then down to an even one for rotation.
   */
  int side(Site site) {
    int own = ModulePatterns.find(rankPattern, site.name(), 0);
    if (own == 0 && squareRank.isPresent()) {
      return squareRank.get();
    }
    double parameters = ((double) site.in() + site.out()) * (own == 0 ? r : own);
    int side = (int) Math.floor(Math.sqrt(parameters) + 0.5);
    return moraType == MoraType.ROTATION ? side / 2 * 2 : side;
  }
}
