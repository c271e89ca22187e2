/** Causal language models written on the tensor graph, their weight files and their tokenizers. */
@NullMarked
package dev.graft.models;

import org.jspecify.annotations.NullMarked;
