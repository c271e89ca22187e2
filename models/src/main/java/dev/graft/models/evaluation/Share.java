package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.function.Predicate;

/**
 * How many of so many.
 *
 * @param part from 0 to {@code whole}
 * @param whole at least 1
 */
public record Share(long part, long whole) {
  public Share {
    if (whole < 1 || part < 0 || part > whole) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected a share of at least one item, received " + part + " of " + whole);
    }
  }

  /**
   * The share of items that are as wanted.
   *
   * @throws GraftException {@code data.empty} when there is none
   */
  public static <T> Share of(List<T> items, Predicate<T> wanted) {
    return new Share(items.stream().filter(wanted).count(), items.size());
  }

  /** {@code part / whole}, from 0 to 1. */
  public double value() {
    return (double) part / whole;
  }

  /** Of both together. */
  public Share plus(Share other) {
    return new Share(part + other.part, whole + other.whole);
  }
}
