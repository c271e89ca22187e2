/** Tests of keeping tokenized texts. */
@NullMarked
package dev.graft.training.cache;

import org.jspecify.annotations.NullMarked;
