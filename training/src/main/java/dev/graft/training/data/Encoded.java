package dev.graft.training.data;

/** The tokens of a text: their ids and where each stands, in UTF-16 units, end exclusive. */
public final class Encoded {
  private final int[] ids;
  private final int[] starts;
  private final int[] ends;

  /** Takes arrays of one length, which must not change afterwards. */
  public Encoded(int[] ids, int[] starts, int[] ends) {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException(
          "expected as many starts and ends as ids, received "
              + ids.length
              + ", "
              + starts.length
              + ", "
              + ends.length);
    }
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
  }

  public int size() {
    return ids.length;
  }

  public int id(int token) {
    return ids[token];
  }

  public int start(int token) {
    return starts[token];
  }

  public int end(int token) {
    return ends[token];
  }
}
