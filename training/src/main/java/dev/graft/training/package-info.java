/** Graft as a library: {@link dev.graft.training.Graft} is where programs begin. */
@NullMarked
package dev.graft.training;

import org.jspecify.annotations.NullMarked;
