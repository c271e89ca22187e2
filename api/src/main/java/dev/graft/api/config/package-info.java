/** Binding of recipe blocks to immutable configuration records. */
@NullMarked
package dev.graft.api.config;

import org.jspecify.annotations.NullMarked;
