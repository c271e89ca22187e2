/** Transformations of tensor graphs: gradients, pruning, expansion of composites, cost. */
@NullMarked
package dev.graft.graph;

import org.jspecify.annotations.NullMarked;
