package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

/**
 * The shape of batches.
 *
 * @param sequenceLen tokens of a row
 * @param microBatchSize rows of a micro-batch
 * @param gradientAccumulationSteps micro-batches of an optimizer step
 */
public record BatchSettings(
    int sequenceLen,
    int microBatchSize,
    int gradientAccumulationSteps,
    Packing packing,
    Order order) {
  public BatchSettings {
    atLeastOne("sequence_len", sequenceLen);
    atLeastOne("micro_batch_size", microBatchSize);
    atLeastOne("gradient_accumulation_steps", gradientAccumulationSteps);
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE, "expected " + key + " of at least 1, received " + value);
    }
  }
}
