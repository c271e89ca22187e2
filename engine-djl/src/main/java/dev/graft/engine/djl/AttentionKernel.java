package dev.graft.engine.djl;

import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.tensor.Node;

/** How attention and its gradient are computed. */
interface AttentionKernel {
  /** Methods that every script needs for it. */
  default String helpers() {
    return "";
  }

  void forward(Script s, Node n, Attention op);

  void backward(Script s, Node n, AttentionGrad op);
}
