/** Deliberately broken classes: each breaks one rule. */
@NullMarked
package dev.graft.architecture.broken.adapters.lora;

import org.jspecify.annotations.NullMarked;
