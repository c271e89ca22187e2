package dev.graft.training.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An example in a row.
 *
 * @param prefix which prefix it begins with; −1 for none
 * @param prefixLength the tokens of the prefix, fewer than the example's inputs; 0 for none
 */
record RowItem(MaskedExample example, int prefix, int prefixLength) {
  /** The examples of a row that share a prefix, or stand alone, in the order of their firsts. */
  static Collection<List<RowItem>> groups(List<RowItem> row) {
    Map<Integer, List<RowItem>> groups = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      int group = row.get(i).prefix() < 0 ? -1 - i : row.get(i).prefix();
      groups.computeIfAbsent(group, g -> new ArrayList<>()).add(row.get(i));
    }
    return groups.values();
  }

  /** The targets of a row: those of a shared prefix are counted once. */
  static int targets(List<RowItem> row) {
    int count = row.stream().mapToInt(i -> i.example().targets()).sum();
    for (List<RowItem> group : groups(row)) {
      RowItem first = group.get(0);
      for (int i = 1; i < first.prefixLength(); i++) {
        count -= first.example().weight(i) > 0 ? group.size() - 1 : 0;
      }
    }
    return count;
  }

  /** The places of a row that its examples do not need, since they share prefixes. */
  static int saved(List<RowItem> row) {
    return groups(row).stream().mapToInt(g -> (g.size() - 1) * g.get(0).prefixLength()).sum();
  }
}
