/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.graph;

import org.jspecify.annotations.NullMarked;
