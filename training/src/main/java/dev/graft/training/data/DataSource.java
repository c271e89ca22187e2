package dev.graft.training.data;

/**
 * A data set.
 *
 * @param name what it is called in statistics
 * @param examples its rows, in order, the same however often they are iterated
 * @param weight how often an epoch trains on each row of it on average, above 0
 */
public record DataSource(String name, Iterable<Example> examples, double weight) {}
