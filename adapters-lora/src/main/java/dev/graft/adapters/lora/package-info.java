/** The adapter {@code lora}: a low-rank change of a frozen weight. */
@NullMarked
package dev.graft.adapters.lora;

import org.jspecify.annotations.NullMarked;
