package dev.graft.experiments.report;

/**
 * One comparison of two engines.
 *
 * @param compared what of which runs, such as "loss of the first 100 steps, 30 pairs of runs"
 * @param figure how far they are apart, with its interval where it has one
 * @param limit how far they may be
 * @param holds whether they are within it
 */
public record AgreementRow(String compared, String figure, String limit, boolean holds) {}
