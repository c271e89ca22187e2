package dev.graft.training.data;

import java.util.List;

/**
 * What the data of a run are made of.
 *
 * @param sources the data sets, in the recipe's order
 * @param duplicates rows that repeat an earlier one
 * @param leaked held-out rows that repeat one that is trained on
 */
public record CorpusStatistics(List<Source> sources, int duplicates, int leaked) {
  public CorpusStatistics {
    sources = List.copyOf(sources);
  }

  /**
   * A data set's part.
   *
   * @param name the data set's
   * @param rows the rows read
   * @param removed those of them left out because they repeat an earlier row
   * @param heldOut those held out
   * @param perEpoch how many examples an epoch trains on, repetitions included
   */
  public record Source(String name, int rows, int removed, int heldOut, int perEpoch) {}
}
