/** The backend {@code reference}: interprets a graph in float64, in plain Java. */
@NullMarked
package dev.graft.engine.reference;

import org.jspecify.annotations.NullMarked;
