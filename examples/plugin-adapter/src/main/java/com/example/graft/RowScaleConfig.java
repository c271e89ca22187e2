package com.example.graft;

import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/** The recipe's {@code adapter} block for {@code type: row-scale}. */
public record RowScaleConfig(
    @Doc("Which modules: a list of names, a regular expression, or all-linear.")
        @Default("[q_proj, v_proj]")
        TargetModules targetModules) {}
