package dev.graft.experiments.results;

/**
 * A value on the way.
 *
 * @param step the optimizer steps done, from 0
 */
public record Point(int step, double value) {}
