package dev.graft.experiments.report;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Two runs of the same study, such as before and after a change of Graft. */
public final class CompareReport {
  private CompareReport() {}

  /**
   * The second minus the first, paired by seed, for every combination of levels that both have; at
   * most 100 columns wide, ending with a line break.
   *
   * @throws GraftException {@code usage} when they are of different studies or have no runs in
   *     common
   */
  public static String of(StudyResults first, StudyResults second) {
    String name = first.info().name();
    if (!name.equals(second.info().name())) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected two runs of the same study, received '"
              + name
              + "' and '"
              + second.info().name()
              + "'. Give two folders of one study.");
    }
    StringBuilder tables = new StringBuilder();
    int compared = 0;
    int differ = 0;
    for (String engine : first.engines()) {
      if (!second.engines().contains(engine)) {
        continue;
      }
      Rows rows = rows(first, second, engine);
      if (rows.compared > 0) {
        tables.append('\n').append(Words.capital(Words.engine(engine))).append('\n');
        tables.append(rows.table.text());
      }
      compared += rows.compared;
      differ += rows.differ;
    }
    if (compared == 0) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected two runs of '"
              + name
              + "' that have finished runs of the same engine, levels and seed, but there are none."
              + " Run both with the same engines and seeds.");
    }
    StringBuilder out = new StringBuilder();
    out.append(name).append(": second minus first, by seed\n");
    out.append("  first   ").append(described(first)).append('\n');
    out.append("  second  ").append(described(second)).append('\n');
    out.append(tables).append('\n');
    out.append(
        TextTable.wrap(
            "Mean of the pairs' differences ± half of its 95 % interval; shares in points, losses in"
                + " nats per token. * marks intervals without 0: "
                + differ
                + " of "
                + compared
                + ". Of so many comparisons about one in twenty would be marked if nothing had"
                + " changed.",
            ""));
    return out.toString();
  }

  private static String described(StudyResults results) {
    return results.info().started()
        + ", "
        + results.info().scope()
        + ", "
        + Numbers.of(results.runs().size(), "run")
        + ": "
        + results.info().command();
  }

  private static Rows rows(StudyResults first, StudyResults second, String engine) {
    Grid grid = Grid.of(first);
    List<Factor> others =
        first.factors().stream().filter(f -> !f.name().equals(grid.main().name())).toList();
    List<Quantity> quantities =
        Quantity.of(first).stream()
            .filter(q -> Quantity.of(second).stream().anyMatch(o -> o.key().equals(q.key())))
            .toList();
    List<String> head = new ArrayList<>();
    others.forEach(f -> head.add(f.name()));
    head.add(grid.main().name());
    quantities.forEach(q -> head.add(q.key() + (q.unit() == Unit.SHARE ? " pt" : "")));
    head.add("pairs");
    Rows rows = new Rows(new TextTable(others.size() + 1, head));
    for (Map<String, String> group : grid.groups()) {
      for (String level : grid.main().levels()) {
        Map<String, String> cell = grid.cell(group, level);
        List<String> row = new ArrayList<>();
        others.forEach(f -> row.add(group.getOrDefault(f.name(), "-")));
        row.add(level);
        int pairs = 0;
        for (Quantity q : quantities) {
          Summary s = Summary.of(differences(first, second, engine, cell, q).values());
          pairs = Math.max(pairs, s.values().size());
          row.add(rows.cell(q, s));
        }
        row.add(String.valueOf(pairs));
        if (pairs > 0) {
          rows.table.row(row);
        }
      }
    }
    return rows;
  }

  private static Map<Long, Double> differences(
      StudyResults first,
      StudyResults second,
      String engine,
      Map<String, String> cell,
      Quantity quantity) {
    SortedMap<Long, Double> a = first.bySeed(engine, cell, quantity.of());
    Map<Long, Double> out = new LinkedHashMap<>();
    second
        .bySeed(engine, cell, quantity.of())
        .forEach(
            (seed, value) -> {
              Double other = a.get(seed);
              if (other != null) {
                out.put(seed, value - other);
              }
            });
    return out;
  }

  private static final class Rows {
    private final TextTable table;
    private int compared;
    private int differ;

    Rows(TextTable table) {
      this.table = table;
    }

    String cell(Quantity q, Summary s) {
      if (s.isEmpty()) {
        return "-";
      }
      compared++;
      boolean marked = s.halfWidth().isPresent() && (s.low() > 0 || s.high() < 0);
      differ += marked ? 1 : 0;
      return TerminalTable.ascii(Numbers.mean(q.unit(), s)) + (marked ? " *" : "");
    }
  }
}
