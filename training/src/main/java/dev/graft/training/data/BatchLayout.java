package dev.graft.training.data;

import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Fills the arrays of a {@link PackedBatch}, row by row. */
final class BatchLayout {
  private final int b;
  private final int t;
  private final long[] ids;
  private final long[] positions;
  private final long[] segments;
  private final long[] parents;
  private final long[] targetPositions;
  private final long[] targetIds;
  private final float[] targetWeights;
  private int tokens;
  private int targets;
  private double weightSum;

  /** Where the next token goes, row·t + column. */
  private int at;

  private int segment;

  BatchLayout(int b, int t, int n) {
    this.b = b;
    this.t = t;
    ids = new long[b * t];
    positions = new long[b * t];
    segments = new long[b * t];
    parents = new long[b * t];
    Arrays.fill(parents, -1);
    targetPositions = new long[n];
    targetIds = new long[n];
    targetWeights = new float[n];
  }

  /** Lays out a row; examples with a prefix stand where the first of them does. */
  void row(int row, List<RowItem> items) {
    at = row * t;
    segment = 0;
    RowItem.groups(items).forEach(this::group);
    int first = at;
    for (; at < (row + 1) * t; at++) {
      positions[at] = (long) at - first;
      segments[at] = segment;
    }
  }

  private void group(List<RowItem> items) {
    MaskedExample first = items.get(0).example();
    int prefixAt = at;
    if (items.size() == 1) {
      tokens(first, 0, first.inputs(), -1, segment++);
      targets(first, 1, first.inputs(), prefixAt, 1);
      tokens += first.inputs();
      return;
    }
    int shared = items.get(0).prefixLength();
    int prefix = segment++;
    tokens(first, 0, shared, -1, prefix);
    targets(first, 1, shared - 1, prefixAt, items.size());
    for (RowItem item : items) {
      MaskedExample e = item.example();
      // The prefix's last token predicts what every example goes on with.
      targets(e, shared, shared, prefixAt, 1);
      int from = at;
      tokens(e, shared, e.inputs(), prefix, segment++);
      targets(e, shared + 1, e.inputs(), from - shared, 1);
      tokens += e.inputs();
    }
  }

  /** Puts an example's tokens from one to another. */
  private void tokens(MaskedExample e, int from, int to, int parent, int own) {
    for (int i = from; i < to; i++, at++) {
      ids[at] = e.id(i);
      positions[at] = i;
      segments[at] = own;
      parents[at] = parent;
    }
  }

  /**
   * Adds an example's tokens from one to another, both included, as targets.
   *
   * @param start where the token 0 stands, or would stand
   * @param times how often each counts
   */
  private void targets(MaskedExample e, int from, int to, int start, int times) {
    for (int i = from; i <= to; i++) {
      float weight = e.weight(i) * times;
      if (weight > 0) {
        targetPositions[targets] = (long) start + i - 1;
        targetIds[targets] = e.id(i);
        targetWeights[targets] = weight;
        weightSum += weight;
        targets++;
      }
    }
  }

  PackedBatch batch() {
    Shape tokenShape = Shape.of(b, t);
    Shape targetShape = Shape.of(targetIds.length);
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
}
