/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.models;

import org.jspecify.annotations.NullMarked;
