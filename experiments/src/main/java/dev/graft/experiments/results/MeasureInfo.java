package dev.graft.experiments.results;

/**
 * A measure of a study.
 *
 * @param name its key in results, such as {@code response_loss}
 * @param label what people read, such as "held-out response loss"
 * @param direction which values are better
 * @param unit what it counts in
 */
public record MeasureInfo(String name, String label, Direction direction, Unit unit) {}
