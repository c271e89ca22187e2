/**
 * The safetensors file format: eight bytes with the header's length, a JSON header, then the bytes
 * of all tensors without gaps.
 */
@NullMarked
package dev.graft.models.safetensors;

import org.jspecify.annotations.NullMarked;
