package dev.graft.training.data;

import java.util.List;

/**
 * How well a plan fills its batches.
 *
 * @param rows rows of an epoch
 * @param tokens tokens of an epoch's examples
 * @param sharedShare the part of them that is not computed, since prefixes are shared
 * @param paddingShare the part of the epoch's places, those of missing rows included, that is
 *     padding
 * @param targetPaddingShare the part of the plan's places for targets that is padding
 * @param targetBuckets the sizes to which targets are padded, ascending: one compiled graph each
 */
public record PlanStatistics(
    int rows,
    long tokens,
    double sharedShare,
    double paddingShare,
    double targetPaddingShare,
    List<Integer> targetBuckets) {
  public PlanStatistics {
    targetBuckets = List.copyOf(targetBuckets);
  }
}
