/** Tests of conversations. */
@NullMarked
package dev.graft.training.chat;

import org.jspecify.annotations.NullMarked;
