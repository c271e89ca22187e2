package dev.graft.training.step;

import dev.graft.api.tensor.TensorType;

/**
 * A variable that training changes.
 *
 * @param variable its name
 * @param type f32 of any shape
 * @param learningRateFactor its learning rate as a multiple of the run's
 */
public record Trainable(String variable, TensorType type, double learningRateFactor) {}
