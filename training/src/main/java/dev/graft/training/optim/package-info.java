/** Optimizers, learning-rate schedules and gradient clipping; all but the schedules are traced. */
@NullMarked
package dev.graft.training.optim;

import org.jspecify.annotations.NullMarked;
