/**
 * Graft beside its peers. {@link dev.graft.benchmarks.Sitting} runs every case in a process of its
 * own, in turns, and writes a table.
 */
@NullMarked
package dev.graft.benchmarks;

import org.jspecify.annotations.NullMarked;
