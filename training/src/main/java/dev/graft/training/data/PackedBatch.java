package dev.graft.training.data;

import dev.graft.api.tensor.HostTensor;
import java.util.List;

/**
 * A micro-batch of b packed rows of t tokens with its targets, padded to n.
 *
 * <p>A row holds examples one after the other, each a segment: segments of a row count from 0, and
 * positions start at 0 in each. What is left of a row is padding: one more segment, of id 0, so
 * that padding attends to padding only. A token may attend to earlier tokens of its segment and of
 * its segment's parent: a prefix that several examples share, whose positions theirs continue. A
 * target of the prefix has the weights of all of them.
 *
 * @param ids token ids, i64 [b, t]
 * @param positions every token's position in its example, i64 [b, t]
 * @param segments every token's segment, i64 [b, t]
 * @param parents the parent of every token's segment, −1 for none, i64 [b, t]
 * @param targetPositions where each target is predicted: row·t + column, i64 [n]; padding is 0
 * @param targetIds the predicted ids, i64 [n]; padding is 0
 * @param targetWeights the weights, f32 [n]; padding is 0
 * @param tokens the tokens of the examples, a shared prefix as often as it is shared
 * @param targets how many of the n targets are not padding
 * @param weightSum the sum of the weights
 */
public record PackedBatch(
    HostTensor ids,
    HostTensor positions,
    HostTensor segments,
    HostTensor parents,
    HostTensor targetPositions,
    HostTensor targetIds,
    HostTensor targetWeights,
    int tokens,
    int targets,
    double weightSum) {

  /**
   * Lays out rows.
   *
   * @param rows the examples of every row, at most b rows
   */
  static PackedBatch of(List<List<RowItem>> rows, int b, int t, int n) {
    BatchLayout layout = new BatchLayout(b, t, n);
    for (int row = 0; row < b; row++) {
      layout.row(row, row < rows.size() ? rows.get(row) : List.of());
    }
    return layout.batch();
  }

  /** n, the number of targets with their padding: one of the plan's buckets. */
  public int bucket() {
    return targetIds.shape().dim(0);
  }
}
