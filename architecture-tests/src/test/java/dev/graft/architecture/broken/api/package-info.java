/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.api;

import org.jspecify.annotations.NullMarked;
