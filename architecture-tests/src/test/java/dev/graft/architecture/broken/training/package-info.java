/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.training;

import org.jspecify.annotations.NullMarked;
