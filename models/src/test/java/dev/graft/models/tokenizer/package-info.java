/** Tests. */
@NullMarked
package dev.graft.models.tokenizer;

import org.jspecify.annotations.NullMarked;
