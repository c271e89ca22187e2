/** Tests of the masking strategies. */
@NullMarked
package dev.graft.masking;

import org.jspecify.annotations.NullMarked;
