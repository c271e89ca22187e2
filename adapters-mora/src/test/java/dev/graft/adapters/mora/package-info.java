/** Tests of the adapter {@code mora}. */
@NullMarked
package dev.graft.adapters.mora;

import org.jspecify.annotations.NullMarked;
