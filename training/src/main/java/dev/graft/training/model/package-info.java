/** Models with adapters, loaded into an engine. */
@NullMarked
package dev.graft.training.model;

import org.jspecify.annotations.NullMarked;
