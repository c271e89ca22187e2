package dev.graft.adapters.vera;

import dev.graft.api.adapter.AdapterOptions;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import java.util.List;
import java.util.Optional;

/** The recipe's {@code adapter} block for {@code type: vera}. */
public record VeraConfig(
    @Doc("Rank of the frozen matrices, at least 1; every site trains r + out values.")
        @Default("256")
        int r,
    @Doc("Where every element of d starts.") @Default("0.1") double dInitial,
    @Doc("Seed of the frozen matrices, which all sites share; not negative.") @Default("0")
        int projectionPrngKey,
    @Doc("Share of the input that training drops before A, in [0, 1).") @Default("0")
        double dropout,
    @Doc("Which modules: a list of names, a regular expression, or all-linear.")
        @Default("[q_proj, v_proj]")
        TargetModules targetModules,
    @Doc("Which of them not: a list of names or a regular expression.")
        Optional<TargetModules> excludeModules) {
  private static final AdapterOptions OPTIONS = new AdapterOptions("vera");

  public VeraConfig {
    OPTIONS.rank("r", r);
    OPTIONS.dropout(dropout);
    if (projectionPrngKey < 0) {
      throw OPTIONS.invalid("projection_prng_key of at least 0", projectionPrngKey);
    }
  }

  /** The sites that the two lists choose. */
  TargetModules targets() {
    return targetModules.narrowed(excludeModules, List.of());
  }
}
