/** Errors that say what was expected, what was received, where, and what to do. */
@NullMarked
package dev.graft.api.error;

import org.jspecify.annotations.NullMarked;
