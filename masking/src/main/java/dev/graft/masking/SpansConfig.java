package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code masking} block for {@code type: spans}. */
public record SpansConfig(
    @Default("skip")
        @Doc("What of the text that the data does not mark carries loss: none, responses, or all.")
        Unmarked unmarked,
    @Default("all")
        @Doc("Which ends of the assistant's turns carry loss: all, that of the last turn, or none.")
        EndOfTurn eot) {}
