/** Tests of the way from data files to batches. */
@NullMarked
package dev.graft.training.data;

import org.jspecify.annotations.NullMarked;
