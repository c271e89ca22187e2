package dev.graft.graph;

import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lets the backward pass compute the inside of blocks again instead of keeping it (arXiv
 * 1604.06174): a block is what was traced between two checkpoints, and of its values those that
 * depend on the first of them are computed again from it, once the gradient of the second is there.
 * The values are the same bit by bit, noise included.
 */
final class Recomputation {
  private final List<Tensor> checkpoints;

  /** By block and value of the forward pass. */
  private final List<Map<Tensor, Tensor>> again = new ArrayList<>();

  /**
   * Blocks between checkpoints.
   *
   * @param checkpoints in the order in which they were traced; none to keep everything
   */
  Recomputation(List<Tensor> checkpoints) {
    this.checkpoints = checkpoints;
    checkpoints.forEach(c -> again.add(new HashMap<>()));
  }

  /**
   * The node with operands to use in its adjoint: computed again where it is inside of a block.
   *
   * @param gradient the gradient of a value as far as it is known
   */
  Node node(Node node, Function<Tensor, Optional<Tensor>> gradient) {
    for (int block = 0; block + 1 < checkpoints.size(); block++) {
      Tensor end = checkpoints.get(block + 1);
      if (node.id() > checkpoints.get(block).node().id() && node.id() <= end.node().id()) {
        Optional<Tensor> incoming = gradient.apply(end);
        return incoming.isEmpty() ? node : copy(node, block, incoming.get());
      }
    }
    return node;
  }

  /** The node on values that are computed again, or itself where none of its operands is. */
  private Node copy(Node node, int block, Tensor incoming) {
    List<Tensor> operands = new ArrayList<>();
    for (Tensor t : node.inputs()) {
      operands.add(value(t, block, incoming));
    }
    return operands.equals(node.inputs()) ? node : node.output(0).trace().copy(node, operands);
  }

  private Tensor value(Tensor t, int block, Tensor incoming) {
    Map<Tensor, Tensor> known = again.get(block);
    Tensor made = known.get(t);
    if (made == null) {
      Tensor start = checkpoints.get(block);
      if (t.equals(start)) {
        made = start.after(incoming);
      } else if (t.node().id() <= start.node().id()) {
        made = t;
      } else {
        made = copy(t.node(), block, incoming).output(t.index());
      }
      known.put(t, made);
    }
    return made;
  }
}
