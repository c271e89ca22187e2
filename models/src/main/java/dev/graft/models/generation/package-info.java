/** Generating text token by token, with cached keys and values. */
@NullMarked
package dev.graft.models.generation;

import org.jspecify.annotations.NullMarked;
