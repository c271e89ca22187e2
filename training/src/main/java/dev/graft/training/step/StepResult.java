package dev.graft.training.step;

/**
 * What an optimizer step measured, before its update.
 *
 * @param loss Σ w·nll / Σ w over the whole step
 * @param weight Σ w
 * @param gradNorm the norm of the loss's gradient before clipping
 */
public record StepResult(double loss, double weight, double gradNorm) {}
