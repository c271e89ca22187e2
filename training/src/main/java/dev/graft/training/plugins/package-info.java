/** Engines, adapters and masks, found by {@link java.util.ServiceLoader}. */
@NullMarked
package dev.graft.training.plugins;

import org.jspecify.annotations.NullMarked;
