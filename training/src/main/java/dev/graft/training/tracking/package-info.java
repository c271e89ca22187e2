/**
 * Where a run's metrics go beside its {@code metrics.jsonl}, as values under names and steps: event
 * files, and servers that a {@link dev.graft.training.tracking.TrackingService} reaches.
 */
@NullMarked
package dev.graft.training.tracking;

import org.jspecify.annotations.NullMarked;
