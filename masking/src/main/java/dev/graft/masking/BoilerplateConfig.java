package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/** The recipe's {@code masking} block for {@code type: boilerplate}. */
public record BoilerplateConfig(
    @Default("template")
        @Doc("Constant text is the template's, or also what many prompts of the corpus share.")
        Detect detect,
    @Default("0.1")
        @Doc("With detect corpus: the share of prompts that makes text constant, above 0 to 1.")
        double minShare,
    @Default("all")
        @Doc("Which ends of the assistant's turns carry loss: all, that of the last turn, or none.")
        EndOfTurn eot) {
  public BoilerplateConfig {
    if (!(minShare > 0 && minShare <= 1)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected min_share above 0 and at most 1, received " + minShare + "; 0.1 is usual");
    }
  }
}
