/** Tests. */
@NullMarked
package dev.graft.models.safetensors;

import org.jspecify.annotations.NullMarked;
