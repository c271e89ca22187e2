/** Keeps what the tokenizer made of a data set, from run to run. */
@NullMarked
package dev.graft.training.cache;

import org.jspecify.annotations.NullMarked;
