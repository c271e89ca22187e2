/** Training and evaluation steps: traced once for every batch shape, then run many times. */
@NullMarked
package dev.graft.training.step;

import org.jspecify.annotations.NullMarked;
