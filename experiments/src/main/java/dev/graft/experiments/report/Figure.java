package dev.graft.experiments.report;

import java.util.List;
import java.util.Optional;

/**
 * Drawings that belong together.
 *
 * @param title what they show
 * @param caption how to read them
 * @param legend the levels with their styles, in order
 * @param panels one drawing for each group of levels
 * @param table figures that belong to them
 * @param folded whether a reader has to open it
 */
record Figure(
    String title,
    String caption,
    List<Entry> legend,
    List<Panel> panels,
    Optional<Markup> table,
    boolean folded) {
  Figure {
    legend = List.copyOf(legend);
    panels = List.copyOf(panels);
  }

  /** A level in the legend. */
  record Entry(String label, int style) {}

  /** One drawing. */
  record Panel(String title, Markup svg) {}

  Figure with(Markup newTable) {
    return new Figure(title, caption, legend, panels, Optional.of(newTable), folded);
  }

  /** Two and four stand in pairs, more in as many columns as fit. */
  private static String arrangement(int panels) {
    return switch (panels) {
      case 1 -> "panels one";
      case 2, 4 -> "panels pairs";
      default -> "panels";
    };
  }

  Markup html() {
    Markup body = Markup.of("div");
    if (!legend.isEmpty()) {
      Markup list = Markup.of("ul", "legend");
      for (Entry entry : legend) {
        Markup sample =
            Markup.of("svg")
                .with("viewBox", "0 0 34 14")
                .with("aria-hidden", "true")
                .with("class", Ink.cssClass(entry.style()));
        Markup line =
            Markup.of("line", "line").with("x1", 1).with("y1", 7).with("x2", 33).with("y2", 7);
        sample.add(Ink.dashed(line, entry.style())).add(Ink.marker(entry.style(), 17, 7, 4));
        list.add(Markup.of("li").add(sample).text(entry.label()));
      }
      body.add(list);
    }
    Markup row = Markup.of("div", arrangement(panels.size()));
    for (Panel panel : panels) {
      Markup figure = Markup.of("figure");
      if (!panel.title().isEmpty()) {
        figure.add(Markup.of("figcaption").text(panel.title()));
      }
      row.add(figure.add(panel.svg()));
    }
    body.add(row);
    table.ifPresent(body::add);
    Markup caption = Markup.of("p", "caption").text(this.caption);
    if (folded) {
      return Markup.of("details", "figure")
          .add(Markup.of("summary").text(title))
          .add(caption)
          .add(body);
    }
    return Markup.of("section", "figure").add(Markup.of("h4").text(title)).add(caption).add(body);
  }
}
