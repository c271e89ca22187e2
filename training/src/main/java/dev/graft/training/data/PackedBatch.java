package dev.graft.training.data;

import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * A micro-batch of b packed rows of t tokens with its targets, padded to n.
 *
 * <p>A row holds examples one after the other, each a segment: segments of a row count from 0, and
 * positions start at 0 in each. What is left of a row is padding: one more segment, of id 0, so
 * that padding attends to padding only. A token may attend to earlier tokens of its segment and of
 * its segment's parent.
 *
 * @param ids token ids, i64 [b, t]
 * @param positions every token's position in its segment, i64 [b, t]
 * @param segments every token's segment, i64 [b, t]
 * @param parents the parent of every token's segment, −1 for none, i64 [b, t]
 * @param targetPositions where each target is predicted: row·t + column, i64 [n]; padding is 0
 * @param targetIds the predicted ids, i64 [n]; padding is 0
 * @param targetWeights the weights, f32 [n]; padding is 0
 * @param tokens how many of the b·t tokens are not padding
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
  static PackedBatch of(List<List<MaskedExample>> rows, int b, int t, int n) {
    long[] ids = new long[b * t];
    long[] positions = new long[b * t];
    long[] segments = new long[b * t];
    long[] parents = new long[b * t];
    Arrays.fill(parents, -1);
    long[] targetPositions = new long[n];
    long[] targetIds = new long[n];
    float[] targetWeights = new float[n];
    int tokens = 0;
    int targets = 0;
    double weightSum = 0;
    for (int row = 0; row < b; row++) {
      List<MaskedExample> examples = row < rows.size() ? rows.get(row) : List.of();
      int at = row * t;
      for (int segment = 0; segment < examples.size(); segment++) {
        MaskedExample e = examples.get(segment);
        for (int i = 0; i < e.inputs(); i++) {
          ids[at + i] = e.id(i);
          positions[at + i] = i;
          segments[at + i] = segment;
          if (e.weight(i + 1) > 0) {
            targetPositions[targets] = (long) at + i;
            targetIds[targets] = e.id(i + 1);
            targetWeights[targets] = e.weight(i + 1);
            weightSum += e.weight(i + 1);
            targets++;
          }
        }
        at += e.inputs();
        tokens += e.inputs();
      }
      for (int i = at; i < (row + 1) * t; i++) {
        positions[i] = (long) i - at;
        segments[i] = examples.size();
      }
    }
    Shape tokenShape = Shape.of(b, t);
    Shape targetShape = Shape.of(n);
    return new PackedBatch(
        HostTensor.ofLongs(tokenShape, ids),
        HostTensor.ofLongs(tokenShape, positions),
        HostTensor.ofLongs(tokenShape, segments),
        HostTensor.ofLongs(tokenShape, parents),
        HostTensor.ofLongs(targetShape, targetPositions),
        HostTensor.ofLongs(targetShape, targetIds),
        HostTensor.ofFloats(targetShape, targetWeights),
        tokens,
        targets,
        weightSum);
  }

  /** n, the number of targets with their padding: one of the plan's buckets. */
  public int bucket() {
    return targetIds.shape().dim(0);
  }
}
