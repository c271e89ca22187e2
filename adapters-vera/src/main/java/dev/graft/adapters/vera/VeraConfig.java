package dev.graft.adapters.vera;

import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
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
  public VeraConfig {
    if (r < 1) {
      throw invalid("r of at least 1", r);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw invalid("dropout in [0, 1)", dropout);
    }
    if (projectionPrngKey < 0) {
      throw invalid("projection_prng_key of at least 0", projectionPrngKey);
    }
  }

  /** The sites that the two lists choose. */
  TargetModules targets() {
    return excludeModules.map(targetModules::excluding).orElse(targetModules);
  }

  private static GraftException invalid(String expected, Object received) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected "
            + expected
            + " for the vera adapter, received "
            + received
            + "; correct the recipe's adapter block");
  }
}
