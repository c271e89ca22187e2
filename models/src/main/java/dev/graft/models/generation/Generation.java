package dev.graft.models.generation;

import java.util.List;

/**
 * What was generated after one prompt.
 *
 * @param ids the new ids, without the one that ended the text
 * @param finish why it ended
 */
public record Generation(List<Integer> ids, Finish finish) {
  /** Why a text ended. */
  public enum Finish {
    /** The model gave an id that ends a text. */
    STOP,
    /** As many tokens were generated as were asked for, or as the model can take. */
    LENGTH
  }

  public Generation {
    ids = List.copyOf(ids);
  }

  /** The new ids as an array. */
  public int[] toArray() {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
