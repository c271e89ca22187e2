/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.masking;

import org.jspecify.annotations.NullMarked;
