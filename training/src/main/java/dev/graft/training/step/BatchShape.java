package dev.graft.training.step;

import dev.graft.training.data.PackedBatch;

/**
 * What a compiled graph is made for.
 *
 * @param rows rows of a micro-batch, b
 * @param length tokens of a row, t
 * @param targets targets with their padding, n
 */
public record BatchShape(int rows, int length, int targets) {
  public static BatchShape of(PackedBatch batch) {
    return new BatchShape(batch.ids().shape().dim(0), batch.ids().shape().dim(1), batch.bucket());
  }
}
