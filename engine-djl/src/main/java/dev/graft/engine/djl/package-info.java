/**
 * The backend {@code djl-pytorch}: lowers a graph to TorchScript text and runs it on DJL's PyTorch
 * engine.
 */
@NullMarked
package dev.graft.engine.djl;

import org.jspecify.annotations.NullMarked;
