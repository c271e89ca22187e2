package dev.graft.experiments.claims;

/**
 * A confidence interval of a mean.
 *
 * @param mean of {@code n} values
 * @param low its lower end
 * @param high its upper end
 * @param n how many values, at least 2
 */
public record Interval(double mean, double low, double high, int n) {}
