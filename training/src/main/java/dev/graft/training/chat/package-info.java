/** Conversations, rendered through a model's chat template, with the role of every character. */
@NullMarked
package dev.graft.training.chat;

import org.jspecify.annotations.NullMarked;
