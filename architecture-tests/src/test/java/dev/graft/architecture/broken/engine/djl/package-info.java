/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.engine.djl;

import org.jspecify.annotations.NullMarked;
