package dev.graft.masking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the text that many texts have from an anchor on, to the right or to the left: all of a tree
 * of prefixes that enough texts share, by splitting the anchors by their next character.
 */
final class LiteralSearch {
  /** Decides where constant text may end that grows away from its anchor. */
  interface Rule {
    /**
     * Whether a text may be constant text as it stands.
     *
     * @param share the share of texts that have it
     * @param before the longest part of it that was accepted before
     */
    boolean accepts(String text, double share, Accepted before);
  }

  private final int texts;
  private final int threshold;
  private final int direction;
  private final Rule rule;
  private final List<Anchor> anchors = new ArrayList<>();
  private final Map<String, Double> found = new LinkedHashMap<>();

  /** A place in a text. */
  private record Anchor(int text, String in, int at) {}

  /** Text that was accepted on the way to longer text; of length 0 where none was. */
  record Accepted(int length, int occurrences, double share) {
    static final Accepted NOTHING = new Accepted(0, 0, 0);
  }

  /**
   * Prepares a search.
   *
   * @param texts how many texts there are
   * @param threshold how many of them have to share text
   * @param direction 1 where text grows to the right of its anchor, −1 to the left
   */
  LiteralSearch(int texts, int threshold, int direction, Rule rule) {
    this.texts = texts;
    this.threshold = threshold;
    this.direction = direction;
    this.rule = rule;
  }

  /** Adds the place of the first character to look at; texts come in order. */
  void anchor(int text, String in, int at) {
    anchors.add(new Anchor(text, in, at));
  }

  /** The texts found, each with the share of texts that have it. */
  Map<String, Double> run() {
    int[] all = new int[anchors.size()];
    Arrays.setAll(all, i -> i);
    walk(all, 0, Accepted.NOTHING);
    return found;
  }

  /**
   * Follows anchors on.
   *
   * @param group the anchors that have the same characters up to the depth
   * @param accepted what was accepted last on the way here
   * @return how many of the anchors belong to text that was found
   */
  private int walk(int[] group, int depth, Accepted accepted) {
    int[] same = group;
    int length = depth;
    Accepted last = accepted;
    List<Accepted> own = new ArrayList<>();
    List<int[]> branches = branches(same, length);
    while (branches.size() == 1) {
      same = branches.get(0);
      length++;
      double share = (double) distinct(same) / texts;
      if (rule.accepts(text(same[0], length), share, last)) {
        last = new Accepted(length, same.length, share);
        own.add(last);
      }
      branches = branches(same, length);
    }
    int covered = 0;
    for (int[] branch : branches) {
      covered += step(branch, length, last);
    }
    for (int i = own.size() - 1; i >= 0; i--) {
      Accepted a = own.get(i);
      if (a.occurrences() > covered) {
        found.put(text(same[0], a.length()), a.share());
        covered = a.occurrences();
      }
    }
    return covered;
  }

  /** Takes the first character of one branch of several. */
  private int step(int[] branch, int depth, Accepted accepted) {
    double share = (double) distinct(branch) / texts;
    String text = text(branch[0], depth + 1);
    if (!rule.accepts(text, share, accepted)) {
      return walk(branch, depth + 1, accepted);
    }
    int covered = walk(branch, depth + 1, new Accepted(depth + 1, branch.length, share));
    if (branch.length > covered) {
      found.put(text, share);
    }
    return branch.length;
  }

  /** The anchors by their next character, as far as enough texts share it. */
  private List<int[]> branches(int[] group, int depth) {
    int first = group.length == 0 ? -1 : next(group[0], depth);
    if (first >= 0 && Arrays.stream(group).allMatch(i -> next(i, depth) == first)) {
      return distinct(group) >= threshold ? List.of(group) : List.of();
    }
    Map<Integer, int[]> byNext = new TreeMap<>();
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int i : group) {
      counts.merge(next(i, depth), 1, Integer::sum);
    }
    counts.remove(-1);
    counts.values().removeIf(c -> c < threshold);
    counts.forEach((c, count) -> byNext.put(c, new int[count]));
    Map<Integer, Integer> filled = new TreeMap<>();
    for (int i : group) {
      int c = next(i, depth);
      int[] into = byNext.get(c);
      if (into != null) {
        into[filled.merge(c, 1, Integer::sum) - 1] = i;
      }
    }
    return byNext.values().stream().filter(g -> distinct(g) >= threshold).toList();
  }

  /** The character at a depth, −1 beyond the text. */
  private int next(int anchor, int depth) {
    Anchor a = anchors.get(anchor);
    int at = a.at() + direction * depth;
    return at < 0 || at >= a.in().length() ? -1 : a.in().charAt(at);
  }

  private String text(int anchor, int length) {
    Anchor a = anchors.get(anchor);
    return direction > 0
        ? a.in().substring(a.at(), a.at() + length)
        : a.in().substring(a.at() + 1 - length, a.at() + 1);
  }

  private int distinct(int[] group) {
    int count = 0;
    int before = -1;
    for (int i : group) {
      int text = anchors.get(i).text();
      count += text == before ? 0 : 1;
      before = text;
    }
    return count;
  }
}
