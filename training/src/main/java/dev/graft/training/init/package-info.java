/** First values of trainable parameters. */
@NullMarked
package dev.graft.training.init;

import org.jspecify.annotations.NullMarked;
