/** Where a run's metrics go beside its {@code metrics.jsonl}, as values under names and steps. */
@NullMarked
package dev.graft.training.tracking;

import org.jspecify.annotations.NullMarked;
