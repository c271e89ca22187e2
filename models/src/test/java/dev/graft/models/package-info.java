/** Tests. */
@NullMarked
package dev.graft.models;

import org.jspecify.annotations.NullMarked;
