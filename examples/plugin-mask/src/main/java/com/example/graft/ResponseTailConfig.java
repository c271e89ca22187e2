package com.example.graft;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/** The recipe's {@code masking} block for {@code type: response-tail}. */
public record ResponseTailConfig(
    @Default("0.5") @Doc("The share of every response's tokens that carry loss, above 0, at most 1.")
        double share) {
  public ResponseTailConfig {
    if (!(share > 0 && share <= 1)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a share above 0 and at most 1 for the response-tail mask, received "
              + share
              + "; correct the recipe's masking block");
    }
  }
}
