package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;

/**
 * Counting and plain sums of small numbers: what a reader of either target may be taken to know.
 */
public final class Skills {
  private static final int LINES = 8;

  private final Draw draw;

  /** Texts of a seed; the name tells apart streams of one seed. */
  public Skills(long seed, String stream) {
    this.draw = new Draw(seed, "skills/" + stream);
  }

  /** Some lines of one kind. */
  public String text() {
    int kind = draw.below(4);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add(line(kind));
    }
    return String.join("\n", lines);
  }

  private String line(int kind) {
    if (kind == 0) {
      int from = draw.between(0, 24);
      return "" + from + ", " + (from + 1) + ", " + (from + 2) + ", " + (from + 3);
    }
    if (kind == 3) {
      int x = draw.between(2, 5);
      int y = draw.between(2, 5);
      return x + " * " + y + " = " + x * y;
    }
    int x = draw.between(0, 20);
    int y = draw.between(0, 9);
    return kind == 1 ? x + " + " + y + " = " + (x + y) : (x + y) + " - " + y + " = " + x;
  }
}
