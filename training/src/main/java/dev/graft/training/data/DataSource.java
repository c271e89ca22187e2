package dev.graft.training.data;

import java.util.List;

/**
 * A data set that has been read.
 *
 * @param name what it is called in statistics
 * @param examples its rows, in order
 * @param weight how often an epoch trains on each row of it on average, above 0
 */
public record DataSource(String name, List<Example> examples, double weight) {
  public DataSource {
    examples = List.copyOf(examples);
  }
}
