/** Training: data sets, packing, steps, optimizers, schedules, checkpoints and evaluation. */
@NullMarked
package dev.graft.training;

import org.jspecify.annotations.NullMarked;
