package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code masking} block for {@code type: last-turn}. */
public record LastTurnConfig(
    @Default("last") @Doc("Whether the end of the last turn carries loss: last (all), or none.")
        EndOfTurn eot) {}
