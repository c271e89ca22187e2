/** Tests of the adapter {@code lora}. */
@NullMarked
package dev.graft.adapters.lora;

import org.jspecify.annotations.NullMarked;
