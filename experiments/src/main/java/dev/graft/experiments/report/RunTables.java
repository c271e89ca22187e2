package dev.graft.experiments.report;

import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunCost;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every run by itself. */
final class RunTables {
  private RunTables() {}

  static List<RunResult> unfinished(StudyResults results) {
    return results.runs().stream().filter(r -> r.status() != RunStatus.FINISHED).toList();
  }

  /** Those that failed, with their errors, and those that are missing. */
  static Markup unfinishedTable(StudyResults results) {
    Markup body = Markup.of("tbody");
    for (RunResult run : unfinished(results)) {
      boolean failed = run.status() == RunStatus.FAILED;
      body.add(
          Markup.of("tr", failed ? "failed" : "missing")
              .add(Markup.of("th").with("scope", "row").text(Words.run(run)))
              .add(Markup.of("td").text(failed ? "failed" : "missing"))
              .add(
                  Markup.of("td", "error")
                      .text(
                          run.error()
                              .orElse(
                                  failed
                                      ? "no message was left"
                                      : "has not run, or not to its end"))));
    }
    Markup head = Markup.of("tr");
    for (String title : List.of("run", "status", "why")) {
      head.add(Markup.of("th").with("scope", "col").text(title));
    }
    return scroll(Markup.of("table").add(Markup.of("thead").add(head)).add(body));
  }

  static Markup all(StudyResults results) {
    Markup head = Markup.of("tr");
    head.add(th("engine"));
    results.factors().forEach(f -> head.add(th(f.name())));
    head.add(th("seed")).add(th("status"));
    results.measures().forEach(m -> head.add(num(m.label() + " (" + Words.unit(m.unit()) + ")")));
    for (String title :
        List.of("trainable parameters", "steps", "time", "tokens/s", "peak memory")) {
      head.add(num(title));
    }
    Markup body = Markup.of("tbody");
    results.runs().forEach(r -> body.add(row(results, r)));
    return scroll(Markup.of("table").add(Markup.of("thead").add(head)).add(body));
  }

  private static Markup row(StudyResults results, RunResult run) {
    Markup row = Markup.of("tr", run.status().name().toLowerCase(Locale.ROOT));
    row.add(td(run.engine()));
    for (Factor f : results.factors()) {
      row.add(td(run.levels().getOrDefault(f.name(), "—")));
    }
    row.add(td(String.valueOf(run.seed())));
    row.add(td(run.status().name().toLowerCase(Locale.ROOT)));
    for (MeasureInfo m : results.measures()) {
      Quantity q = Quantity.after(m);
      Markup cell = Markup.of("td", "num");
      cell.text(q.of().apply(run).map(v -> Numbers.plain(m.unit(), v)).orElse("—"));
      q.before()
          .apply(run)
          .ifPresent(
              v -> cell.add(Markup.of("small").text("before " + Numbers.plain(m.unit(), v))));
      row.add(cell);
    }
    Optional<RunCost> cost = run.cost();
    for (Optional<String> figure :
        List.of(
            cost.map(c -> Numbers.count(c.trainableParameters())),
            cost.map(c -> Numbers.count(c.steps())),
            cost.map(c -> Numbers.seconds(c.seconds())),
            cost.filter(c -> c.seconds() > 0)
                .map(c -> Numbers.count(Math.round(c.tokens() / c.seconds()))),
            cost.flatMap(RunCost::peakMemoryBytes).map(Numbers::bytes))) {
      row.add(Markup.of("td", "num").text(figure.orElse("—")));
    }
    return row;
  }

  /** The manifest of every run that has one, to be opened. */
  static Markup manifests(StudyReport report) {
    Markup out = Markup.of("div", "manifests");
    for (RunResult run : report.results().runs()) {
      report
          .manifest()
          .apply(run)
          .ifPresent(
              text ->
                  out.add(
                      Markup.of("details")
                          .add(
                              Markup.of("summary")
                                  .text(Words.run(run))
                                  .add(Markup.of("small").text(" runs/" + run.folder())))
                          .add(Markup.of("pre").with("tabindex", "0").text(text))));
    }
    return out;
  }

  private static Markup scroll(Markup table) {
    return Markup.of("div", "scroll").with("tabindex", "0").add(table);
  }

  private static Markup th(String text) {
    return Markup.of("th").with("scope", "col").text(text);
  }

  private static Markup num(String text) {
    return Markup.of("th", "num").with("scope", "col").text(text);
  }

  private static Markup td(String text) {
    return Markup.of("td").text(text);
  }
}
