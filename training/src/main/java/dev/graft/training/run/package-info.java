/** Whole training runs: their folder, checkpoints, resuming, metrics. */
@NullMarked
package dev.graft.training.run;

import org.jspecify.annotations.NullMarked;
