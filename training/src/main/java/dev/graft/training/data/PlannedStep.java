package dev.graft.training.data;

import java.util.List;

/**
 * What one optimizer step is trained on.
 *
 * @param index the step, from 0
 * @param epoch the pass over the data that it belongs to, from 0
 * @param microBatches at least one; fewer than in other steps at the end of an epoch
 */
public record PlannedStep(int index, int epoch, List<PackedBatch> microBatches) {
  public PlannedStep {
    microBatches = List.copyOf(microBatches);
  }

  /** The sum of all weights, by which the step's loss is divided. */
  public double weightSum() {
    return microBatches.stream().mapToDouble(PackedBatch::weightSum).sum();
  }

  /** The tokens that are not padding. */
  public int tokens() {
    return microBatches.stream().mapToInt(PackedBatch::tokens).sum();
  }

  /** The targets that are not padding. */
  public int targets() {
    return microBatches.stream().mapToInt(PackedBatch::targets).sum();
  }
}
