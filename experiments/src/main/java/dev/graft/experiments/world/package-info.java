/**
 * A generated world: facts and stories of invented people, sums, word problems, stack programs,
 * instructions of any length and key-value pairs, all from one seed.
 */
@NullMarked
package dev.graft.experiments.world;

import org.jspecify.annotations.NullMarked;
