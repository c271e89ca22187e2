/** Tests of the adapter {@code dora}. */
@NullMarked
package dev.graft.adapters.dora;

import org.jspecify.annotations.NullMarked;
