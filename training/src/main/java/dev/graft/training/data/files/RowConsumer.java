package dev.graft.training.data.files;

import com.fasterxml.jackson.databind.JsonNode;

/** Takes the rows of a file, in order. */
@FunctionalInterface
public interface RowConsumer {
  /**
   * The next row.
   *
   * @param row what stands there, which need not be an object
   * @param number its number in the file, from 1
   * @param line the line on which it starts, from 1; 0 where a file has no lines
   */
  void accept(JsonNode row, int number, long line);
}
