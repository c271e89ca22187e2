package dev.graft.models;

import dev.graft.api.tensor.Tensor;

/**
 * Keys and values of one attention layer.
 *
 * @param k keys, [b, g, s, d]
 * @param v values, [b, g, s, d]
 */
public record KeysValues(Tensor k, Tensor v) {}
