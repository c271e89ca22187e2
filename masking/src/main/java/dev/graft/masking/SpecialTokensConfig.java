package dev.graft.masking;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code masking} block for {@code type: special-tokens}. */
public record SpecialTokensConfig(
    @Default("paper")
        @Doc("paper masks all special tokens, authors-code those at the start of the text.")
        SpecialTokensVariant variant,
    @Default("all")
        @Doc("Which ends of the assistant's turns carry loss: all, that of the last turn, or none.")
        EndOfTurn eot) {}
