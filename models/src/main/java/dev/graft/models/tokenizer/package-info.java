/** Text to token ids and back, by the {@code tokenizer.json} of a model folder. */
@NullMarked
package dev.graft.models.tokenizer;

import org.jspecify.annotations.NullMarked;
