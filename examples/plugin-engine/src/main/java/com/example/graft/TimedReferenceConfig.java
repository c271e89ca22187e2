package com.example.graft;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code backend} block for {@code type: timed-reference}. */
public record TimedReferenceConfig(
    @Default("true") @Doc("Whether a line for every graph is logged when it is closed.")
        boolean log) {}
