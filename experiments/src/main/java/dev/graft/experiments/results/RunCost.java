package dev.graft.experiments.results;

import java.util.Optional;

/**
 * What a run took.
 *
 * @param trainableParameters the numbers that were trained
 * @param steps optimizer steps
 * @param tokens tokens trained on, without padding
 * @param trainedTokens those of them that carried loss
 * @param seconds wall time of the steps alone, without preparing and measuring
 * @param peakMemoryBytes the most memory that the process held during the run; empty where the
 *     system does not tell or another run ran beside it
 */
public record RunCost(
    long trainableParameters,
    int steps,
    long tokens,
    long trainedTokens,
    double seconds,
    Optional<Long> peakMemoryBytes) {}
