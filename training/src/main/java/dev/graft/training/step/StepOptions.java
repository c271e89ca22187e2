package dev.graft.training.step;

/**
 * What a step does beside its model and its optimizer.
 *
 * @param maxGradNorm the bound on the norm of all gradients together; 0 for none
 * @param neftuneAlpha α of NEFTune's noise on the embeddings in training; 0 for none
 * @param gradientCheckpointing whether the backward pass computes the inside of the model's blocks
 *     again instead of keeping it
 */
public record StepOptions(double maxGradNorm, double neftuneAlpha, boolean gradientCheckpointing) {}
