/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.adapters.dora;

import org.jspecify.annotations.NullMarked;
