package dev.graft.training.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Best-fit decreasing bin packing. How many rows come out depends only on the lengths and the
 * prefixes, not on the order of items, so that every epoch has as many steps.
 *
 * <p>An item that begins with a prefix goes into the fullest row that holds this prefix already and
 * has room for the rest; where there is none, into the fullest that has room for all of it.
 */
final class Packer {
  private static final Comparator<Row> FULLEST_FIRST =
      Comparator.comparingInt((Row r) -> r.room).thenComparingLong(r -> r.since);

  private final int capacity;
  private final List<Row> rows = new ArrayList<>();
  private final NavigableSet<Row> all = new TreeSet<>(FULLEST_FIRST);
  private final Map<Integer, NavigableSet<Row>> byPrefix = new HashMap<>();
  private long changes;

  private Packer(int capacity) {
    this.capacity = capacity;
  }

  /** A row, which is taken out of all sets while it changes. */
  private static final class Row {
    private final List<Integer> items = new ArrayList<>();
    private final Set<Integer> prefixes = new HashSet<>();
    private int room;
    private long since;
  }

  /**
   * Packs items into rows.
   *
   * @param lengths the length of every item, from 1 to {@code capacity}
   * @param prefixes what items begin with
   * @param order the items in the order that decides between equal ones
   * @return the items of every row, in the order in which they were put there
   */
  static List<int[]> bestFit(int[] lengths, SharedPrefixes prefixes, int[] order, int capacity) {
    Integer[] items = Arrays.stream(order).boxed().toArray(Integer[]::new);
    Arrays.sort( // stable
        items,
        Comparator.comparing((Integer i) -> -lengths[i])
            .thenComparing(prefixes::prefix)
            .thenComparing(prefixes::length));
    Packer packer = new Packer(capacity);
    for (int item : items) {
      packer.add(item, lengths[item], prefixes.prefix(item), prefixes.length(item));
    }
    return packer.rows.stream()
        .map(r -> r.items.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private void add(int item, int length, int prefix, int prefixLength) {
    int needed = length - prefixLength;
    Row row = prefix < 0 ? null : fullest(byPrefix.get(prefix), needed);
    if (row == null) {
      needed = length;
      row = fullest(all, needed);
    }
    if (row == null) {
      row = new Row();
      row.room = capacity;
      rows.add(row);
    }
    Row chosen = row;
    all.remove(chosen);
    chosen.prefixes.forEach(p -> rowsWith(p).remove(chosen));
    chosen.items.add(item);
    chosen.room -= needed;
    chosen.since = changes++;
    if (prefix >= 0) {
      chosen.prefixes.add(prefix);
    }
    if (chosen.room > 0) {
      all.add(chosen);
      chosen.prefixes.forEach(p -> rowsWith(p).add(chosen));
    }
  }

  private NavigableSet<Row> rowsWith(int prefix) {
    return byPrefix.computeIfAbsent(prefix, p -> new TreeSet<>(FULLEST_FIRST));
  }

  /** The row with the least room that is enough, the one that has had it longest. */
  private static @Nullable Row fullest(@Nullable NavigableSet<Row> among, int needed) {
    Row least = new Row();
    least.room = needed;
    least.since = -1;
    return among == null ? null : among.higher(least);
  }
}
