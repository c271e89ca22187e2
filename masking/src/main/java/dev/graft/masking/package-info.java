/** The masking strategies: which target tokens carry loss, and how much. */
@NullMarked
package dev.graft.masking;

import org.jspecify.annotations.NullMarked;
