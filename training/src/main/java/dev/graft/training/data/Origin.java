package dev.graft.training.data;

/**
 * Where an example stands, for error messages.
 *
 * @param file the file's name
 * @param row the example's number in the file, from 1
 * @param line the line on which it starts, from 1; 0 where the file has no lines
 */
public record Origin(String file, int row, long line) {
  @Override
  public String toString() {
    return file + ", row " + row + (line > 0 ? " (line " + line + ")" : "");
  }
}
