package dev.graft.cli;

import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.training.recipe.RecipeFile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jline.utils.WCWidth;

/**
 * Shows a preview in a terminal. With colours, the row stands there once for each mask: a role is a
 * colour, what carries loss is reversed. Without, lines of marks stand beneath the text: one for
 * roles, one for each mask.
 */
final class PreviewText {
  private static final int WIDTH = 100;
  private static final int BREAK = '⏎';
  private static final String RESET = "\u001b[0m";

  private final PreviewResult result;
  private final boolean color;
  private final PrintWriter out;
  private final List<String> names;

  PreviewText(PreviewResult result, boolean color, PrintWriter out) {
    this.result = result;
    this.color = color;
    this.out = out;
    this.names = result.names();
  }

  /** The rows with a legend. */
  void rows() {
    int rows = result.data().rows().size();
    if (rows == 0) {
      return;
    }
    out.println(color ? colorLegend() : markLegend());
    for (int r = 0; r < rows; r++) {
      MaskedData.Row row = result.data().rows().get(r);
      out.println();
      out.println(
          PreviewResult.place(row.origin()) + ": " + Text.count(row.example().size()) + " tokens");
      if (color) {
        for (int m = 0; m < names.size(); m++) {
          out.println(heading(m, r));
          colored(m, r);
        }
      } else {
        for (int m = 0; m < names.size(); m++) {
          out.println(heading(m, r));
        }
        out.println();
        marked(r);
      }
    }
    out.println();
  }

  private String heading(int mask, int r) {
    return names.get(mask)
        + ": "
        + PreviewResult.row(result.masks().get(mask), r)
            .map(PreviewResult::summary)
            .orElse("not masked");
  }

  /** The counts over all rows. */
  void totals() {
    Table data = new Table(0);
    new PreviewTotals(result).data().forEach(row -> data.row(row.toArray(new String[0])));
    data.print(out);
    out.println();
    Table masks = new Table(0);
    new PreviewTotals(result).masks().forEach(row -> masks.row(row.toArray(new String[0])));
    masks.print(out);
    for (MaskedData m : result.masks()) {
      m.accepted().ifPresent(this::findings);
    }
  }

  private void findings(MaskedData.Accepted accepted) {
    accepted
        .findings()
        .forEach(
            f -> {
              out.println();
              out.println("found in the data:");
              RecipeFile.toYaml(f).lines().forEach(l -> out.println("  " + l));
            });
  }

  // With colours.

  private String colorLegend() {
    String roles =
        result.roles().stream()
            .map(r -> "\u001b[" + code(r) + "m" + PreviewResult.word(r) + RESET)
            .collect(Collectors.joining(" "));
    return roles
        + "; \u001b[7mcarries loss"
        + RESET
        + ", \u001b[4mwith a part of its weight"
        + RESET
        + ", \u001b[2mcarries none"
        + RESET
        + "; "
        + shapes();
  }

  private static String shapes() {
    return "· space, ⏎ line break, ⇥ tab, ⋯ another token of the same character";
  }

  private static int code(Role role) {
    return switch (role) {
      case SYSTEM -> 35;
      case INSTRUCTION -> 36;
      case INPUT -> 34;
      case RESPONSE -> 32;
      case TEMPLATE -> 39;
      case SPECIAL -> 33;
    };
  }

  private void colored(int mask, int r) {
    Optional<MaskedData.Row> row = PreviewResult.row(result.masks().get(mask), r);
    if (row.isEmpty()) {
      return;
    }
    StringBuilder line = new StringBuilder();
    String before = "";
    for (TokenText t : result.texts(r)) {
      String style = t.token() < 0 ? "2" : style(row.get(), t.token());
      for (String part : t.text().split("(?<=\n)", -1)) {
        String shown = part.endsWith("\n") ? part.substring(0, part.length() - 1) : part;
        if (!shown.isEmpty()) {
          line.append(style.equals(before) ? "" : RESET + "\u001b[" + style + "m").append(shown);
          before = style;
        }
        if (part.endsWith("\n")) {
          out.println(line + RESET);
          line.setLength(0);
          before = "";
        }
      }
    }
    out.println(line + RESET);
  }

  private static String style(MaskedData.Row row, int token) {
    Token t = row.example().tokens().get(token);
    float w = row.weight(token);
    String weight = w == 0 ? "2" : w == 1 ? "7" : "4";
    return (t.endOfTurn() ? "1;" : "") + weight + ";" + code(t.role());
  }

  // Without.

  private String markLegend() {
    return "role: "
        + result.roles().stream()
            .map(r -> mark(r) + " " + PreviewResult.word(r))
            .collect(Collectors.joining(", "))
        + "\nmask: a token begins with # when it carries loss, with 1 to 9 for tenths of a weight,"
        + " with . when it carries none\ntext: "
        + shapes();
  }

  private static char mark(Role role) {
    return switch (role) {
      case SYSTEM -> 's';
      case INSTRUCTION -> 'i';
      case INPUT -> 'n';
      case RESPONSE -> 'r';
      case TEMPLATE -> 't';
      case SPECIAL -> 'x';
    };
  }

  private void marked(int r) {
    Lines lines = new Lines();
    List<Optional<MaskedData.Row>> rows =
        result.masks().stream().map(m -> PreviewResult.row(m, r)).toList();
    List<Token> tokens = result.data().rows().get(r).example().tokens();
    for (TokenText t : result.texts(r)) {
      List<Character> first = new ArrayList<>();
      List<Character> more = new ArrayList<>();
      char role = t.token() < 0 ? ' ' : mark(tokens.get(t.token()).role());
      first.add(role);
      more.add(role);
      for (Optional<MaskedData.Row> row : rows) {
        boolean none = row.isEmpty() || t.token() < 0;
        float w = none ? 0 : row.get().weight(t.token());
        first.add(none ? ' ' : digit(w));
        more.add(w == 0 ? ' ' : '-');
      }
      lines.add(t.text(), first, more);
    }
    lines.flush();
  }

  private static char digit(float weight) {
    if (weight == 0 || weight == 1) {
      return weight == 0 ? '.' : '#';
    }
    return (char) ('0' + Math.max(1, Math.min(9, Math.round(10 * weight))));
  }

  /** Text that is broken at a width, with lines of marks beneath it. */
  private final class Lines {
    private final List<String> labels = new ArrayList<>(List.of("text", "role"));
    private final List<StringBuilder> parts = new ArrayList<>();
    private final int labelWidth;
    private boolean first = true;
    private boolean ended;
    private int column;

    Lines() {
      labels.addAll(names);
      labels.forEach(l -> parts.add(new StringBuilder()));
      labelWidth = labels.stream().mapToInt(String::length).max().orElse(0);
    }

    /**
     * Adds a token.
     *
     * @param first its mark on every line beneath the text
     * @param more what stands there beneath the rest of its text
     */
    void add(String text, List<Character> first, List<Character> more) {
      List<Character> marks = first;
      for (int c : text.codePoints().toArray()) {
        if (c == '\n') {
          ended = true;
          continue;
        }
        if (ended && c != BREAK) {
          flush();
        }
        int width = Math.max(0, WCWidth.wcwidth(c));
        if (column + width > WIDTH) {
          flush();
        }
        parts.get(0).appendCodePoint(c);
        column += width;
        for (int i = 0; i < width; i++) {
          for (int k = 0; k < marks.size(); k++) {
            parts.get(k + 1).append(marks.get(k).charValue());
          }
          marks = more;
        }
      }
    }

    void flush() {
      ended = false;
      if (column == 0) {
        return;
      }
      if (!first) {
        out.println();
      }
      first = false;
      for (int i = 0; i < labels.size(); i++) {
        String label = labels.get(i);
        String pad = String.join("", Collections.nCopies(labelWidth - label.length() + 2, " "));
        out.println(("  " + label + pad + parts.get(i)).stripTrailing());
        parts.get(i).setLength(0);
      }
      column = 0;
    }
  }
}
