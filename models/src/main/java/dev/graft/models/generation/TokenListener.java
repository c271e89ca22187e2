package dev.graft.models.generation;

/** Hears of every token as it is generated. */
@FunctionalInterface
public interface TokenListener {
  /**
   * A token was generated; those that end a text are not told of.
   *
   * @param row the index of the prompt
   */
  void token(int row, int id);

  /** Does nothing. */
  static TokenListener none() {
    return (row, id) -> {};
  }
}
