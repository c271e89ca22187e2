/**
 * The backend {@code tensorflow}: lowers a graph to a TensorFlow function and calls it. It stands
 * on TensorFlow's C API alone, as TensorFlow Java binds it: variables are resources of one context,
 * so that all functions of a backend share them, and a closed executable's function is removed
 * again.
 */
@NullMarked
package dev.graft.engine.tf;

import org.jspecify.annotations.NullMarked;
