package dev.graft.experiments.report;

import dev.graft.experiments.report.Figure.Entry;
import dev.graft.experiments.report.Figure.Panel;
import dev.graft.experiments.report.LinePlot.Line;
import dev.graft.experiments.report.LinePlot.Mark;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.RunCost;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Which drawings a study gets, for one engine. */
final class Figures {
  /**
   * The share of the 32 hexadecimal digits that agree by chance: random UUIDs of version 4 have 30
   * free digits of 16, one fixed and one of four.
   */
  private static final double CHANCE = (1 + 0.25 + 30 / 16.0) / 32;

  private static final double MEMORISED = 0.9;
  private static final String CHARACTERS = "characters";

  private final StudyResults results;
  private final String engine;
  private final Grid grid;

  private Figures(StudyResults results, String engine) {
    this.results = results;
    this.engine = engine;
    this.grid = Grid.of(results);
  }

  static List<Figure> of(StudyResults results, String engine) {
    Figures f = new Figures(results, engine);
    List<Figure> out = new ArrayList<>();
    List<Quantity> measures = results.measures().stream().map(Quantity::after).toList();
    switch (results.info().name()) {
      case "learn-forget" -> out.addAll(f.fronts());
      case "memorize" -> f.characters().ifPresent(out::add);
      default -> {}
    }
    measures.forEach(m -> f.dots(m).ifPresent(out::add));
    if (results.info().name().equals("adapters")) {
      measures.forEach(m -> f.costs(m).forEach(out::add));
    }
    for (String curve : Curves.names(results, engine)) {
      if (!(curve.equals(CHARACTERS) && results.info().name().equals("memorize"))) {
        f.curves(curve, Optional.empty(), true).ifPresent(out::add);
      }
    }
    return out;
  }

  private List<Entry> entries() {
    return grid.levels(results, engine).stream()
        .map(l -> new Entry(l, grid.main().levels().indexOf(l)))
        .toList();
  }

  private Optional<Figure> dots(Quantity q) {
    Map<Map<String, String>, List<DotPlot.Row>> groups = new LinkedHashMap<>();
    for (Map<String, String> group : grid.groups()) {
      List<DotPlot.Row> rows = new ArrayList<>();
      for (Entry e : entries()) {
        Map<String, String> cell = grid.cell(group, e.label());
        if (Grid.has(results, engine, cell)) {
          Summary summary = shown(q, results.bySeed(engine, cell, q.of()).values());
          rows.add(new DotPlot.Row(e.label(), e.style(), summary));
        }
      }
      if (rows.stream().anyMatch(r -> !r.summary().isEmpty())) {
        groups.put(group, rows);
      }
    }
    if (groups.isEmpty()) {
      return Optional.empty();
    }
    Scale scale = DotPlot.values(groups.values().stream().flatMap(List::stream).toList(), q.unit());
    List<Panel> panels = new ArrayList<>();
    groups.forEach(
        (group, rows) ->
            panels.add(
                new Panel(
                    grid.title(group),
                    DotPlot.svg(what(q.label(), group), rows, scale, q.title()))));
    String better =
        switch (q.direction()) {
          case LOWER -> "Further left is better. ";
          case HIGHER -> "Further right is better. ";
        };
    return Optional.of(
        new Figure(
            Words.capital(q.label()) + " by " + grid.main().name(),
            better + "Small dots are seeds; the marker is their mean, the bar its 95 % interval.",
            List.of(),
            panels,
            Optional.empty(),
            false));
  }

  private Optional<Figure> curves(String curve, Optional<Mark> mark, boolean folded) {
    Map<Map<String, String>, List<Line>> groups = new LinkedHashMap<>();
    int seeds = 0;
    for (Map<String, String> group : grid.groups()) {
      List<Line> lines = new ArrayList<>();
      for (Entry e : entries()) {
        Map<String, String> cell = grid.cell(group, e.label());
        Curves.line(results, engine, cell, curve, e).ifPresent(lines::add);
        seeds = Math.max(seeds, results.finished(engine, cell).size());
      }
      if (!lines.isEmpty()) {
        groups.put(group, lines);
      }
    }
    if (groups.isEmpty()) {
      return Optional.empty();
    }
    List<Line> all = groups.values().stream().flatMap(List::stream).toList();
    Scale steps = LinePlot.steps(all);
    Scale values = LinePlot.values(all, mark);
    String label = Curves.label(results, curve);
    String unit = Words.unit(Curves.unit(results, curve));
    List<Panel> panels = new ArrayList<>();
    groups.forEach(
        (group, lines) ->
            panels.add(
                new Panel(
                    grid.title(group),
                    LinePlot.svg(
                        what(label + " by step", group),
                        lines,
                        steps,
                        values,
                        axis(label, unit),
                        mark))));
    String caption =
        seeds > 1
            ? "Lines are means over seeds, bands reach from the least to the greatest seed."
            : "Each line is one run.";
    if (curve.equals("loss")) {
      caption += " Where a run logged many steps, a point is the mean of several.";
      if (grid.main().name().equals("mask")) {
        caption +=
            " Masks average over different tokens: compare how the curves fall, not how high they"
                + " lie.";
      }
    }
    return Optional.of(
        new Figure(
            Words.capital(label) + " over training",
            caption,
            entries(),
            panels,
            Optional.empty(),
            folded));
  }

  /** An axis title that fits beside a plot. */
  private static String axis(String label, String unit) {
    String whole = label + " (" + unit + ")";
    return Frame.textWidth(whole) <= 200 ? whole : unit;
  }

  private Optional<Figure> characters() {
    Mark chance = new Mark("chance: 9.77 %", 100 * CHANCE);
    return curves(CHARACTERS, Optional.of(chance), false).map(f -> f.with(stepsToMemorise()));
  }

  private Markup stepsToMemorise() {
    Markup head =
        Markup.of("tr")
            .add(Markup.of("th").text(grid.main().name()))
            .add(Markup.of("th", "num").text("steps to 90 %, mean of seeds"))
            .add(Markup.of("th", "num").text("seeds that reached it"));
    Markup body = Markup.of("tbody");
    for (Map<String, String> group : grid.groups()) {
      for (Entry e : entries()) {
        List<Optional<Integer>> steps =
            Curves.reached(results, engine, grid.cell(group, e.label()), CHARACTERS, MEMORISED);
        OptionalDouble mean = steps.stream().flatMap(Optional::stream).mapToInt(s -> s).average();
        long reached = steps.stream().filter(Optional::isPresent).count();
        String where = grid.title(group);
        String title = where.isEmpty() ? e.label() : e.label() + " · " + where;
        body.add(
            Markup.of("tr")
                .add(Markup.of("th").with("scope", "row").text(title))
                .add(
                    Markup.of("td", "num")
                        .text(mean.isPresent() ? Numbers.fixed(mean.getAsDouble(), 0) : "—"))
                .add(Markup.of("td", "num").text(reached + " of " + steps.size())));
      }
    }
    return Markup.of("div", "scroll")
        .add(Markup.of("table").add(Markup.of("thead").add(head)).add(body));
  }

  private List<Figure> fronts() {
    List<Figure> out = new ArrayList<>();
    Optional<MeasureInfo> source = measure("source_loss");
    for (String target : List.of("target_accuracy", "target_loss")) {
      Optional<MeasureInfo> learned = measure(target);
      if (source.isPresent() && learned.isPresent()) {
        Quantity y = Quantity.after(learned.get());
        Quantity x = Quantity.forgetting(source.get());
        String corner = target.equals("target_loss") ? "bottom left" : "top left";
        scatter(
                y.label() + " against forgetting",
                "The best place is the "
                    + corner
                    + ": much learned, little forgotten. Across: how much the loss on texts of the"
                    + " source domain rose by training. Bars are 95 % intervals over seeds.",
                r -> x.of().apply(r).map(v -> Numbers.shown(x.unit(), v)),
                "forgetting: rise of source loss (nats per token)",
                y,
                false)
            .ifPresent(out::add);
      }
    }
    return out;
  }

  private List<Figure> costs(Quantity measure) {
    List<Figure> out = new ArrayList<>();
    cost(measure, "trainable parameters", RunCost::trainableParameters).ifPresent(out::add);
    cost(measure, "seconds of training", RunCost::seconds).ifPresent(out::add);
    return out;
  }

  private Optional<Figure> cost(Quantity measure, String name, ToDoubleFunction<RunCost> of) {
    return scatter(
        measure.label() + " against " + name,
        "Across: "
            + name
            + ", where equal ratios are equally far apart. Bars are 95 % intervals over seeds.",
        r -> r.cost().map(of::applyAsDouble),
        name + " (log scale)",
        measure,
        true);
  }

  private Optional<Figure> scatter(
      String title,
      String caption,
      Function<RunResult, Optional<Double>> across,
      String xTitle,
      Quantity up,
      boolean log) {
    Map<Map<String, String>, List<ScatterPlot.Spot>> groups = new LinkedHashMap<>();
    for (Map<String, String> group : grid.groups()) {
      List<ScatterPlot.Spot> spots = new ArrayList<>();
      for (Entry e : entries()) {
        Map<String, String> cell = grid.cell(group, e.label());
        Summary x = Summary.of(results.bySeed(engine, cell, across).values());
        Summary y = shown(up, results.bySeed(engine, cell, up.of()).values());
        if (!x.isEmpty() && !y.isEmpty()) {
          spots.add(new ScatterPlot.Spot(e.label(), e.style(), x, y));
        }
      }
      if (!spots.isEmpty()) {
        groups.put(group, spots);
      }
    }
    if (groups.isEmpty()) {
      return Optional.empty();
    }
    List<ScatterPlot.Spot> all = groups.values().stream().flatMap(List::stream).toList();
    Scale x = ScatterPlot.xScale(all, log);
    Scale y = ScatterPlot.yScale(all);
    List<Panel> panels = new ArrayList<>();
    groups.forEach(
        (group, spots) ->
            panels.add(
                new Panel(
                    grid.title(group),
                    ScatterPlot.svg(
                        what(title, group),
                        spots,
                        x,
                        y,
                        xTitle,
                        axis(up.label(), Words.unit(up.unit()))))));
    List<Entry> legend =
        all.stream()
            .map(s -> new Entry(s.label(), s.style()))
            .distinct()
            .sorted(Comparator.comparingInt(Entry::style))
            .toList();
    return Optional.of(
        new Figure(Words.capital(title), caption, legend, panels, Optional.empty(), false));
  }

  private Optional<MeasureInfo> measure(String name) {
    return results.measures().stream().filter(m -> m.name().equals(name)).findFirst();
  }

  private static Summary shown(Quantity q, java.util.Collection<Double> values) {
    return Summary.of(values.stream().map(v -> Numbers.shown(q.unit(), v)).toList());
  }

  private String what(String label, Map<String, String> group) {
    String title = grid.title(group);
    return Words.capital(label)
        + " by "
        + grid.main().name()
        + (title.isEmpty() ? "" : "; " + title)
        + "; "
        + Words.engine(engine);
  }
}
