package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set divided into what is trained on and what is held out. Both parts keep the order of the
 * data set.
 */
public record Split<T>(List<T> train, List<T> validation) {
  public Split {
    train = List.copyOf(train);
    validation = List.copyOf(validation);
  }

  /**
   * Holds out examples drawn by the seed.
   *
   * @param valSetSize a share below 1 (rounded, but at least one example), or a number of examples;
   *     0 holds out none
   * @throws GraftException {@code config.value} when it is negative, not whole from 1 on, or leaves
   *     nothing to train on
   */
  public static <T> Split<T> of(List<T> all, double valSetSize, long seed) {
    long count =
        valSetSize > 0 && valSetSize < 1
            ? Math.max(1, Math.round(valSetSize * all.size()))
            : (long) valSetSize;
    boolean whole = valSetSize < 1 || valSetSize == Math.rint(valSetSize);
    if (!(valSetSize >= 0) || !whole || (count > 0 && count >= all.size())) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected val_set_size as a share of the data below 1 or a number of examples, less than"
              + " all "
              + all.size()
              + ", received "
              + valSetSize);
    }
    int[] order = Permutation.of(all.size(), seed, 0, "data.split");
    boolean[] held = new boolean[all.size()];
    for (int i = 0; i < count; i++) {
      held[order[i]] = true;
    }
    List<T> train = new ArrayList<>();
    List<T> validation = new ArrayList<>();
    for (int i = 0; i < held.length; i++) {
      (held[i] ? validation : train).add(all.get(i));
    }
    return new Split<>(train, validation);
  }
}
