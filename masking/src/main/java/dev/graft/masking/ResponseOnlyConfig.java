package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code masking} block for {@code type: response-only}. */
public record ResponseOnlyConfig(
    @Default("all")
        @Doc("Which ends of the assistant's turns carry loss: all, that of the last turn, or none.")
        EndOfTurn eot) {}
