package dev.graft.models;

import dev.graft.api.tensor.Shape;

/**
 * A weight that a model needs.
 *
 * @param name its Hugging Face name, which is also its variable's name
 * @param shape its shape; linear weights are [out, in], embeddings [v, c]
 */
public record WeightSpec(String name, Shape shape) {}
