package dev.graft.training.jinja;

import java.util.Arrays;

/**
 * A string whose characters know where they come from: from the template, or from a value of the
 * data, which the caller numbers.
 */
public final class Text {
  /** The source of the template's own text. */
  public static final int TEMPLATE = 0;

  static final Text EMPTY = literal("");

  private final String string;
  private final int[] ends;
  private final int[] sources;
  private final int[] offsets;

  private Text(String string, int[] ends, int[] sources, int[] offsets) {
    this.string = string;
    this.ends = ends;
    this.sources = sources;
    this.offsets = offsets;
  }

  /** Text of the template. */
  public static Text literal(String string) {
    return of(string, TEMPLATE);
  }

  /** All of a value's text. */
  public static Text of(String string, int source) {
    return new Text(string, new int[] {string.length()}, new int[] {source}, new int[] {0});
  }

  /** What was written anew of a value. */
  static Text rewritten(String string, int source) {
    return new Text(string, new int[] {string.length()}, new int[] {source}, new int[] {-1});
  }

  /** The number of UTF-16 units. */
  public int length() {
    return string.length();
  }

  public boolean isEmpty() {
    return string.isEmpty();
  }

  /** The runs of characters of one source, in order; they follow each other in it too. */
  public int runs() {
    return ends.length;
  }

  /** Where a run ends, exclusive. */
  public int end(int run) {
    return ends[run];
  }

  /** Where a run begins. */
  public int start(int run) {
    return run == 0 ? 0 : ends[run - 1];
  }

  /** Which value a run comes from. */
  public int source(int run) {
    return sources[run];
  }

  /** Where the run begins in its value's text; negative where it was rewritten. */
  public int offset(int run) {
    return offsets[run];
  }

  Text substring(int from, int to) {
    if (from == 0 && to == string.length()) {
      return this;
    }
    if (from >= to) {
      return EMPTY;
    }
    if (ends.length == 1) {
      int offset = offsets[0] < 0 ? -1 : offsets[0] + from;
      return new Text(
          string.substring(from, to), new int[] {to - from}, sources.clone(), new int[] {offset});
    }
    Builder out = new Builder();
    out.append(this, from, to);
    return out.build();
  }

  Text plus(Text other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    Builder out = new Builder();
    out.append(this);
    out.append(other);
    return out.build();
  }

  /** The source of a character. */
  int sourceAt(int index) {
    int run = Arrays.binarySearch(ends, index + 1);
    return sources[run >= 0 ? run : -run - 1];
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Text t && t.string.equals(string);
  }

  @Override
  public int hashCode() {
    return string.hashCode();
  }

  /** The characters alone. */
  @Override
  public String toString() {
    return string;
  }

  /** Puts texts together. */
  static final class Builder {
    private final StringBuilder string = new StringBuilder();
    private int[] ends = new int[8];
    private int[] sources = new int[8];
    private int[] offsets = new int[8];
    private int runs;

    void append(String s, int source, int offset) {
      if (s.isEmpty()) {
        return;
      }
      int start = string.length();
      string.append(s);
      if (runs > 0 && sources[runs - 1] == source && follows(start, source, offset)) {
        ends[runs - 1] = string.length();
        return;
      }
      if (runs == ends.length) {
        ends = Arrays.copyOf(ends, 2 * runs);
        sources = Arrays.copyOf(sources, 2 * runs);
        offsets = Arrays.copyOf(offsets, 2 * runs);
      }
      ends[runs] = string.length();
      sources[runs] = source;
      offsets[runs] = source == TEMPLATE ? 0 : offset;
      runs++;
    }

    private boolean follows(int start, int source, int offset) {
      int last = offsets[runs - 1];
      if (source == TEMPLATE) {
        return true; // where in the template does not matter
      }
      int length = start - (runs == 1 ? 0 : ends[runs - 2]);
      return last < 0 ? offset < 0 : last + length == offset;
    }

    void append(String literal) {
      append(literal, TEMPLATE, 0);
    }

    void append(Text text) {
      append(text, 0, text.length());
    }

    void append(Text text, int from, int to) {
      for (int r = 0; r < text.ends.length; r++) {
        int start = Math.max(from, text.start(r));
        int end = Math.min(to, text.ends[r]);
        if (start < end) {
          int offset = text.offsets[r];
          append(
              text.string.substring(start, end),
              text.sources[r],
              offset < 0 ? -1 : offset + start - text.start(r));
        }
      }
    }

    Text build() {
      if (runs == 0) {
        return of("", TEMPLATE);
      }
      return new Text(
          string.toString(),
          Arrays.copyOf(ends, runs),
          Arrays.copyOf(sources, runs),
          Arrays.copyOf(offsets, runs));
    }
  }
}
