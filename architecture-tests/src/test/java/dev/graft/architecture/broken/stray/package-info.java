/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.stray;

import org.jspecify.annotations.NullMarked;
