package dev.graft.training.recipe;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.DatasetType;

/**
 * A data set of a recipe.
 *
 * @param path the file
 * @param type the form of its rows
 * @param weight how often an epoch trains on each of its rows on average
 */
public record DatasetEntry(
    @Doc("The file: a JSON array, JSON Lines, gzip of either, Parquet, or a .txt file.")
        String path,
    @Doc("The form of its rows: alpaca, prompt-completion or text.") DatasetType type,
    @Default("1")
        @Doc("How often an epoch trains on each row: 2 is twice, 0.5 is half of them, by the seed.")
        double weight) {
  private static final double MAX_WEIGHT = 1000;

  public DatasetEntry {
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a weight above 0 and at most 1000 for a data set under 'datasets' in the"
              + " recipe, received "
              + weight
              + "; to leave a data set out, remove its entry");
    }
  }
}
