package dev.graft.training.data;

/** How the rows of a data set become examples. */
public interface RowFormat {
  /** The name that recipes have for it. */
  String id();

  /** Makes a row an example. */
  Example read(Fields row);

  /** Whether a file of plain text is one row of it. */
  default boolean takesPlainText() {
    return false;
  }
}
