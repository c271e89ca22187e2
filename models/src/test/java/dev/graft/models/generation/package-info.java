/** Tests. */
@NullMarked
package dev.graft.models.generation;

import org.jspecify.annotations.NullMarked;
