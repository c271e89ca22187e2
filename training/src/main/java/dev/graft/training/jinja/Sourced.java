package dev.graft.training.jinja;

import org.jspecify.annotations.Nullable;

/**
 * A list or mapping of the data: what is written of it (keys, punctuation, numbers and strings that
 * are no {@link Text}) is marked as rewritten of a source.
 *
 * @param value the list or mapping
 * @param source the number of the value of the data
 */
public record Sourced(@Nullable Object value, int source) {}
