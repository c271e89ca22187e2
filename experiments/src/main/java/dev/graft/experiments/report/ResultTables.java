package dev.graft.experiments.report;

import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import java.util.List;
import java.util.Map;

/** What the runs of an engine measured, by levels. */
final class ResultTables {
  private ResultTables() {}

  static Markup of(StudyResults results, String engine) {
    Grid grid = Grid.of(results);
    List<Quantity> quantities = Quantity.of(results);
    Markup head =
        Markup.of("tr").add(Markup.of("th").with("scope", "col").text(grid.main().name()));
    for (Quantity q : quantities) {
      head.add(Markup.of("th", "num").with("scope", "col").text(q.title()));
    }
    head.add(Markup.of("th", "num").with("scope", "col").text("seeds"));
    Markup table = Markup.of("table").add(Markup.of("thead").add(head));
    for (Map<String, String> group : grid.groups()) {
      if (!Grid.has(results, engine, group)) {
        continue;
      }
      Markup body = Markup.of("tbody");
      String title = grid.title(group);
      if (!title.isEmpty()) {
        body.add(
            Markup.of("tr", "group")
                .add(
                    Markup.of("th")
                        .with("colspan", String.valueOf(quantities.size() + 2))
                        .with("scope", "rowgroup")
                        .add(Markup.of("span").text(title))));
      }
      body.add(before(results, engine, group, quantities));
      for (String level : grid.main().levels()) {
        Map<String, String> cell = grid.cell(group, level);
        if (Grid.has(results, engine, cell)) {
          body.add(row(results, engine, cell, level, quantities));
        }
      }
      table.add(body);
    }
    return Markup.of("div", "scroll").with("tabindex", "0").add(table);
  }

  /** The base model, which is the same for all of a group. */
  private static Markup before(
      StudyResults results, String engine, Map<String, String> group, List<Quantity> quantities) {
    Markup row =
        Markup.of("tr", "before").add(Markup.of("th").with("scope", "row").text("before training"));
    for (Quantity q : quantities) {
      Summary s = q.summaryBefore(results, engine, group);
      row.add(Markup.of("td", "num").text(s.isEmpty() ? "" : Numbers.plain(q.unit(), s.mean())));
    }
    return row.add(Markup.of("td"));
  }

  private static Markup row(
      StudyResults results,
      String engine,
      Map<String, String> cell,
      String level,
      List<Quantity> quantities) {
    Markup row = Markup.of("tr").add(Markup.of("th").with("scope", "row").text(level));
    for (Quantity q : quantities) {
      Summary after = q.summary(results, engine, cell);
      Markup td = Markup.of("td", "num");
      if (after.isEmpty()) {
        row.add(td.text("—"));
        continue;
      }
      row.add(td.text(Numbers.mean(q.unit(), after)));
    }
    return row.add(Markup.of("td", "num").text(seeds(results, engine, cell)));
  }

  /** How many runs are finished, and of how many where some are not. */
  private static String seeds(StudyResults results, String engine, Map<String, String> cell) {
    List<RunResult> runs =
        results.runs().stream().filter(r -> r.engine().equals(engine) && r.has(cell)).toList();
    long finished = runs.stream().filter(r -> r.status() == RunStatus.FINISHED).count();
    return finished == runs.size() ? String.valueOf(finished) : finished + " of " + runs.size();
  }
}
