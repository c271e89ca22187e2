package dev.graft.experiments.report;

import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A study in the terminal: its verdicts and a table, at most 100 columns wide. */
public final class TerminalTable {
  private TerminalTable() {}

  /** The text, ending with a line break. */
  public static String of(StudyReport report) {
    StudyResults results = report.results();
    List<Verdict> verdicts = report.verdicts();
    StringBuilder out = new StringBuilder();
    out.append(TextTable.wrap(results.info().title(), "")).append('\n');
    for (Verdict v : verdicts) {
      String engine = results.engines().size() > 1 ? " on " + v.engine() : "";
      out.append(v.claim())
          .append("  ")
          .append(Words.outcome(v.outcome()))
          .append(engine)
          .append('\n')
          .append(TextTable.wrap(v.sentence(), "    "));
    }
    if (!verdicts.isEmpty()) {
      out.append('\n');
    }
    for (String engine : results.engines()) {
      if (results.engines().size() > 1) {
        out.append(Words.capital(Words.engine(engine))).append('\n');
      }
      out.append(table(results, engine)).append('\n');
    }
    out.append(
        "Mean of seeds ± half of its 95 % interval; % are shares, the others nats per token.\n");
    report.agreement().forEach(a -> out.append('\n').append(agreement(a)));
    List<RunResult> unfinished = RunTables.unfinished(results);
    if (!unfinished.isEmpty()) {
      out.append('\n').append(unfinished.size()).append(" of ");
      out.append(Numbers.of(results.runs().size(), "run")).append(" did not finish:\n");
      for (RunResult run : unfinished) {
        String why =
            run.status() == RunStatus.FAILED
                ? "failed: " + run.error().orElse("no message was left")
                : "missing";
        out.append(TextTable.wrap(Words.run(run) + " · " + why, "    "));
      }
    }
    return out.toString();
  }

  private static String agreement(EngineAgreement agreement) {
    StringBuilder out = new StringBuilder(TextTable.wrap(AgreementWords.sentence(agreement), ""));
    if (!agreement.curves().isEmpty()) {
      for (AgreementWords.Line line : AgreementWords.lines(agreement)) {
        String text =
            (line.holds() ? "yes  " : "no   ")
                + line.compared()
                + ": "
                + line.difference()
                + "; allowed "
                + line.allowed();
        out.append(TextTable.wrap(ascii(text), "    "));
      }
    }
    return out.toString();
  }

  private static String table(StudyResults results, String engine) {
    Grid grid = Grid.of(results);
    List<Factor> others =
        results.factors().stream().filter(f -> !f.name().equals(grid.main().name())).toList();
    List<Quantity> quantities = Quantity.of(results);
    List<String> head = new ArrayList<>();
    others.forEach(f -> head.add(f.name()));
    head.add(grid.main().name());
    quantities.forEach(q -> head.add(q.key() + (q.unit() == Unit.SHARE ? " %" : "")));
    head.add("seeds");
    TextTable table = new TextTable(others.size() + 1, head);
    for (Map<String, String> group : grid.groups()) {
      for (String level : grid.main().levels()) {
        Map<String, String> cell = grid.cell(group, level);
        if (!Grid.has(results, engine, cell)) {
          continue;
        }
        List<String> row = new ArrayList<>();
        others.forEach(f -> row.add(group.getOrDefault(f.name(), "-")));
        row.add(level);
        for (Quantity q : quantities) {
          Summary s = q.summary(results, engine, cell);
          row.add(s.isEmpty() ? "-" : ascii(Numbers.mean(q.unit(), s)));
        }
        row.add(String.valueOf(results.finished(engine, cell).size()));
        table.row(row);
      }
    }
    return table.text();
  }

  /** Terminals show the hyphen as well, and it can be copied into a program. */
  static String ascii(String number) {
    return number.replace('−', '-');
  }
}
