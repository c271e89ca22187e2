package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/** The recipe's {@code masking} block for {@code type: weighted}. */
public record WeightedConfig(
    @Default("0.1") @Doc("Weight of system messages, from 0 to 1.") double system,
    @Default("0.1") @Doc("Weight of the user's instruction or messages.") double instruction,
    @Default("0.1") @Doc("Weight of the further input of an instruction.") double input,
    @Default("0") @Doc("Weight of the template's constant text.") double template,
    @Default("0") @Doc("Weight of special tokens that end no turn of the assistant.")
        double special,
    @Default("1") @Doc("Weight of responses and of the ends of their turns.") double response,
    @Default("all")
        @Doc("Which ends of the assistant's turns carry loss: all, that of the last turn, or none.")
        EndOfTurn eot) {
  public WeightedConfig {
    check("system", system);
    check("instruction", instruction);
    check("input", input);
    check("template", template);
    check("special", special);
    check("response", response);
  }

  private static void check(String key, double weight) {
    if (!(weight >= 0 && weight <= 1)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a weight from 0 to 1 for '" + key + "', received " + weight);
    }
  }
}
