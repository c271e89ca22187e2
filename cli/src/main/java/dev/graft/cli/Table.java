package dev.graft.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns of text for people, as wide as they need to be. */
final class Table {
  private final String indent;
  private final List<List<String>> rows = new ArrayList<>();

  Table(int indent) {
    this.indent = " ".repeat(indent);
  }

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  void print(PrintWriter out) {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int width = row.get(i).codePointCount(0, row.get(i).length());
        if (i == widths.size()) {
          widths.add(width);
        } else {
          widths.set(i, Math.max(widths.get(i), width));
        }
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        line.append(cell);
        if (i < row.size() - 1) {
          int width = cell.codePointCount(0, cell.length());
          line.append(" ".repeat(widths.get(i) - width + 2));
        }
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
