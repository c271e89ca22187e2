package dev.graft.models;

import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.tensor.Tensor;

/** The loss of next-token prediction, with logits only where there is a target. */
public final class LanguageModelLoss {
  /** Elements of logits held at a time: 64 MiB in f32. Each chunk reads the head's weight anew. */
  private static final int CHUNK_ELEMENTS = 1 << 24;

  private LanguageModelLoss() {}

  /** How many rows of logits a chunk holds, when all chunks are about as large. */
  private static int chunk(int rows, int vocabSize) {
    int most = Math.max(1, CHUNK_ELEMENTS / vocabSize);
    int chunks = Math.max(1, (rows + most - 1) / most);
    return Math.max(1, (rows + chunks - 1) / chunks);
  }

  /**
   * The negative log-likelihood of every target.
   *
   * @param hidden [b, t, c]
   * @param positions for every target the index of the token that predicts it among the b·t tokens,
   *     i64 [n]
   * @param targets the predicted ids, i64 [n]
   * @return nll [n], f32
   */
  public static Tensor nll(ForwardPass forward, Tensor hidden, Tensor positions, Tensor targets) {
    int vocab = forward.model().config().vocabSize();
    Tensor rows = hidden.reshape(hidden.dim(0) * hidden.dim(1), hidden.dim(2)).gather(positions);
    return forward
        .trace()
        .at(
            forward.model().head().name(),
            () ->
                forward.headIsFrozen()
                    ? LinearCrossEntropy.of(
                            rows,
                            forward.weight(forward.model().headWeight()),
                            targets,
                            chunk(targets.dim(0), vocab))
                        .get(0)
                    : CrossEntropy.of(forward.logits(rows), targets));
  }
}
