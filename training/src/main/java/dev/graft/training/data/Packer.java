package dev.graft.training.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Best-fit decreasing bin packing. How many rows come out depends only on the lengths, not on their
 * order, so that every epoch has as many steps.
 */
final class Packer {
  private Packer() {}

  /**
   * Packs items into rows.
   *
   * @param lengths the length of every item, from 1 to {@code capacity}
   * @param order the items in the order that decides between equal lengths
   * @return the items of every row, in the order in which they were put there
   */
  static List<int[]> bestFit(int[] lengths, int[] order, int capacity) {
    Integer[] items = Arrays.stream(order).boxed().toArray(Integer[]::new);
    Arrays.sort(items, Comparator.comparing((Integer i) -> -lengths[i])); // stable
    List<List<Integer>> rows = new ArrayList<>();
    TreeMap<Integer, Deque<Integer>> byRoom = new TreeMap<>();
    for (int item : items) {
      int length = lengths[item];
      Map.Entry<Integer, Deque<Integer>> fit = byRoom.ceilingEntry(length);
      int row;
      int room;
      if (fit == null) {
        row = rows.size();
        room = capacity;
        rows.add(new ArrayList<>());
      } else {
        row = fit.getValue().removeFirst();
        room = fit.getKey();
        if (fit.getValue().isEmpty()) {
          byRoom.remove(room);
        }
      }
      rows.get(row).add(item);
      if (room > length) {
        byRoom.computeIfAbsent(room - length, k -> new ArrayDeque<>()).addLast(row);
      }
    }
    return rows.stream().map(r -> r.stream().mapToInt(Integer::intValue).toArray()).toList();
  }
}
