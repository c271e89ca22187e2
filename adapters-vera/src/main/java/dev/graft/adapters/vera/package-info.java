/** The adapter {@code vera}. */
@NullMarked
package dev.graft.adapters.vera;

import org.jspecify.annotations.NullMarked;
