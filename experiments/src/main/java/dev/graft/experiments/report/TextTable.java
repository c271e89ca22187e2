package dev.graft.experiments.report;

import java.util.ArrayList;
import java.util.List;

/** Columns of text; the first ones stand left, the others right. */
final class TextTable {
  /** The columns of a terminal that a table fits into. */
  static final int WIDTH = 100;

  private static final String GAP = "  ";

  private final int leftColumns;
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(int leftColumns, List<String> head) {
    this.leftColumns = leftColumns;
    this.head = List.copyOf(head);
  }

  void row(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /**
   * The table, below each other in parts that begin with the left columns where it would be too
   * wide.
   */
  String text() {
    int[] widths = new int[head.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              length(head.get(i)),
              rows.stream().mapToInt(r -> length(r.get(column))).max().orElse(0));
    }
    int left = 0;
    for (int i = 0; i < leftColumns; i++) {
      left += widths[i] + (i == 0 ? 0 : GAP.length());
    }
    StringBuilder out = new StringBuilder();
    int next = leftColumns;
    do {
      List<Integer> columns = new ArrayList<>();
      for (int i = 0; i < leftColumns; i++) {
        columns.add(i);
      }
      int width = left;
      while (next < widths.length
          && (columns.size() == leftColumns || width + GAP.length() + widths[next] <= WIDTH)) {
        width += GAP.length() + widths[next];
        columns.add(next++);
      }
      if (out.length() > 0) {
        out.append('\n');
      }
      line(out, head, columns, widths);
      for (List<String> row : rows) {
        line(out, row, columns, widths);
      }
    } while (next < widths.length);
    return out.toString();
  }

  private void line(StringBuilder out, List<String> cells, List<Integer> columns, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c : columns) {
      if (line.length() > 0 || c > 0) {
        line.append(GAP);
      }
      String pad = " ".repeat(widths[c] - length(cells.get(c)));
      line.append(c < leftColumns ? cells.get(c) + pad : pad + cells.get(c));
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Breaks a text at blanks into lines of the terminal's width. */
  static String wrap(String text, String indent) {
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    boolean empty = true;
    for (String word : text.strip().split("\\s+", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        out.append(line).append('\n');
        line = new StringBuilder(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    return out.append(line).append('\n').toString();
  }
}
