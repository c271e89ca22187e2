package dev.graft.training.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The beginnings that many examples share, such as a template's text: same tokens with the same
 * weights. An example has at most one, the longest that at least an eighth of all examples share.
 */
final class SharedPrefixes {
  /** Fewer tokens are not worth a segment. */
  static final int SHORTEST = 8;

  /** Rows hold some ten examples: what fewer share would seldom meet in a row. */
  private static final int SHARE = 8;

  private final int[] prefix;
  private final int[] length;

  private SharedPrefixes(int examples) {
    this.prefix = new int[examples];
    this.length = new int[examples];
    Arrays.fill(prefix, -1);
  }

  /** So many examples, every one by itself. */
  static SharedPrefixes none(int examples) {
    return new SharedPrefixes(examples);
  }

  /** Finds them in one pass over the beginnings. */
  static SharedPrefixes of(List<MaskedExample> examples) {
    SharedPrefixes out = new SharedPrefixes(examples.size());
    int[] all = new int[examples.size()];
    Arrays.setAll(all, i -> i);
    new Search(examples, out).follow(all, 0);
    return out;
  }

  /** Which prefix an example begins with; −1 for none. */
  int prefix(int example) {
    return prefix[example];
  }

  /** The tokens of the example's prefix; 0 for none. */
  int length(int example) {
    return length[example];
  }

  /** Goes down from the first tokens, along all beginnings that enough examples have. */
  private static final class Search {
    private final List<MaskedExample> examples;
    private final SharedPrefixes out;
    private final int least;
    private int found;

    Search(List<MaskedExample> examples, SharedPrefixes out) {
      this.examples = examples;
      this.out = out;
      this.least = Math.max(2, examples.size() / SHARE);
    }

    /** Follows examples that are the same up to a depth for as long as they stay together. */
    private void follow(int[] group, int from) {
      int depth = from;
      Map<Long, Integer> next = next(group, depth);
      while (next.containsValue(group.length)) {
        depth++;
        next = next(group, depth);
      }
      part(group, depth, next);
    }

    /** How many go on with each token. */
    private Map<Long, Integer> next(int[] group, int depth) {
      Map<Long, Integer> counts = new HashMap<>();
      for (int i : group) {
        if (goesOn(i, depth)) {
          counts.merge(token(i, depth), 1, Integer::sum);
        }
      }
      return counts;
    }

    /** Those that enough others go on with do so; the prefix of the rest ends here. */
    private void part(int[] group, int depth, Map<Long, Integer> next) {
      new TreeMap<>(next) // so that prefixes are found in one order everywhere
          .forEach(
              (token, count) -> {
                if (count >= least) {
                  follow(
                      Arrays.stream(group)
                          .filter(i -> goesOn(i, depth) && token(i, depth) == token)
                          .toArray(),
                      depth + 1);
                }
              });
      int[] ending =
          Arrays.stream(group)
              .filter(i -> !goesOn(i, depth) || next.getOrDefault(token(i, depth), 0) < least)
              .toArray();
      if (depth >= SHORTEST && ending.length > 1) {
        for (int i : ending) {
          out.prefix[i] = found;
          out.length[i] = depth;
        }
        found++;
      }
    }

    /** What follows a prefix has at least one input. */
    private boolean goesOn(int example, int depth) {
      return depth + 1 < examples.get(example).inputs();
    }

    /** Id and weight: a prefix's losses are counted together. */
    private long token(int example, int at) {
      MaskedExample e = examples.get(example);
      return ((long) e.id(at) << 32) | (Float.floatToIntBits(e.weight(at)) & 0xffff_ffffL);
    }
  }
}
