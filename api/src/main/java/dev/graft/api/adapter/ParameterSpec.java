package dev.graft.api.adapter;

import dev.graft.api.tensor.Shape;

/**
 * A tensor of an adapter at one site, always f32.
 *
 * @param name the field's name for it, for example {@code lora_A}
 * @param shape its shape
 * @param initializer how it starts
 * @param learningRateFactor its learning rate as a multiple of the run's; 0 for a tensor that is
 *     kept as it started and gets no gradient
 */
public record ParameterSpec(
    String name, Shape shape, Initializer initializer, double learningRateFactor) {
  public ParameterSpec(String name, Shape shape, Initializer initializer) {
    this(name, shape, initializer, 1);
  }
}
