package dev.graft.experiments.report;

import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.Published;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.models.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A study as one page that needs nothing else: the answer first, then what it rests on, down to
 * every run and its manifest.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @throws dev.graft.api.error.GraftException {@code file.write} when it cannot be written
   */
  public static void write(Path file, StudyReport report) {
    AtomicFile.writeString(file, page(report));
  }

  static String page(StudyReport report) {
    StudyInfo info = report.results().info();
    Markup head =
        Markup.of("head")
            .add(Markup.of("meta").with("charset", "utf-8"))
            .add(
                Markup.of("meta")
                    .with("name", "viewport")
                    .with("content", "width=device-width, initial-scale=1"))
            .add(Markup.of("meta").with("name", "color-scheme").with("content", "light dark"))
            .add(Markup.of("title").text(info.title() + " · Graft study"))
            .add(Markup.of("style").raw(style()));
    Markup main = Markup.of("main");
    main.add(heading(report.results()));
    main.add(answer(report));
    main.add(setup(report.results()));
    MaskExamples.of(report.results())
        .ifPresent(
            examples ->
                main.add(
                    section("examples", "What carries loss")
                        .add(
                            Markup.of("p", "caption")
                                .add(Markup.of("span", "example w10").text("Filled"))
                                .text(" text carries loss, ")
                                .add(Markup.of("span", "example w5").text("paler"))
                                .text(
                                    " text a part of it, other text none: the model reads it and is"
                                        + " not trained to write it."))
                        .add(examples)));
    main.add(results(report.results()));
    main.add(plots(report.results()));
    if (!report.agreement().isEmpty()) {
      Markup agreement = section("agreement", "Agreement of the engines");
      report.agreement().forEach(a -> agreement.add(AgreementSection.of(a)));
      main.add(agreement);
    }
    if (!info.published().isEmpty()) {
      main.add(published(report));
    }
    if (!RunTables.unfinished(report.results()).isEmpty()) {
      main.add(
          section("unfinished", "Runs that did not finish")
              .add(paragraph("No figure on this page counts them."))
              .add(RunTables.unfinishedTable(report.results())));
    }
    main.add(runs(report));
    if (!info.notes().isEmpty()) {
      Markup notes = section("notes", "Notes");
      info.notes().forEach(n -> notes.add(paragraph(n)));
      main.add(notes);
    }
    return "<!DOCTYPE html>\n"
        + Markup.of("html")
            .with("lang", "en")
            .add(head)
            .add(Markup.of("body").add(main).add(footer(info)))
        + "\n";
  }

  private static Markup heading(StudyResults results) {
    StudyInfo info = results.info();
    Markup out =
        Markup.of("header")
            .add(Markup.of("p", "kicker").text("Graft study · " + info.name()))
            .add(Markup.of("h1").text(info.title()))
            .add(Markup.of("p", "question").text(info.question()));
    List<RunResult> unfinished = RunTables.unfinished(results);
    if (!unfinished.isEmpty()) {
      long failed = unfinished.stream().filter(r -> r.status() == RunStatus.FAILED).count();
      long missing = unfinished.size() - failed;
      String text =
          unfinished.size()
              + " of "
              + Numbers.of(results.runs().size(), "run")
              + " did not finish: "
              + (failed > 0 ? failed + " failed" : "")
              + (failed > 0 && missing > 0 ? ", " : "")
              + (missing > 0 ? missing + " missing" : "")
              + ". The figures below leave them out. ";
      out.add(
          Markup.of("p", "alert")
              .with("role", "note")
              .add(Markup.of("strong").text(text))
              .add(Markup.of("a").with("href", "#unfinished").text("Which, and why")));
    }
    return out;
  }

  private static Markup answer(StudyReport report) {
    Markup out = section("answer", "The answer");
    if (!report.results().info().judges()) {
      report.agreement().forEach(a -> out.add(paragraph(AgreementWords.sentence(a))));
      return out.add(
          paragraph("These runs are there to compare engines; no claim is judged by them."));
    }
    if (report.verdicts().isEmpty()) {
      return out.add(paragraph("This study tests no claim; its results are below."));
    }
    Map<String, List<Verdict>> byEngine =
        report.verdicts().stream()
            .collect(
                Collectors.groupingBy(
                    Verdict::engine, java.util.LinkedHashMap::new, Collectors.toList()));
    byEngine.forEach(
        (engine, verdicts) ->
            out.add(
                Markup.of("p", "count")
                    .add(Markup.of("strong").text(VerdictCards.count(verdicts)))
                    .text(" — on " + Words.engine(engine) + ".")));
    out.add(
        Markup.of("p", "caption")
            .text(
                "A claim is reproduced when the whole 95 % interval (bar) lies on the claim's side"
                    + " (shaded) of its threshold (dashed), not reproduced when it lies on the"
                    + " other side, and undecided when the threshold is inside. Every comparison is"
                    + " made between runs of the same seed; small dots are seeds."));
    return out.add(VerdictCards.of(report.results(), report.verdicts()));
  }

  private static Markup setup(StudyResults results) {
    StudyInfo info = results.info();
    Markup out = section("setup", "Set-up");
    info.setup().forEach(p -> out.add(paragraph(p)));
    out.add(Markup.of("h3").text("What is varied"));
    Markup varied = Markup.of("tbody");
    for (Factor f : results.factors()) {
      for (int i = 0; i < f.levels().size(); i++) {
        String level = f.levels().get(i);
        Markup row = Markup.of("tr");
        if (i == 0) {
          row.add(
              Markup.of("td").with("rowspan", String.valueOf(f.levels().size())).text(f.name()));
        }
        row.add(Markup.of("th").text(level));
        row.add(Markup.of("td", "words").text(Words.level(f, level).orElse("")));
        varied.add(row);
      }
    }
    out.add(Markup.of("div", "scroll").add(Markup.of("table").add(varied)));
    out.add(Markup.of("h3").text("How it was run"));
    Markup facts = Markup.of("dl");
    fact(facts, "Command", info.command(), "code");
    fact(facts, "Scope", info.scope(), "span");
    fact(
        facts,
        "Engines",
        results.engines().stream().map(Words::engine).collect(Collectors.joining(", ")),
        "span");
    fact(facts, "Seeds", seeds(results), "span");
    fact(facts, "Runs", String.valueOf(results.runs().size()), "span");
    fact(facts, "Started", info.started(), "span");
    info.machine().forEach((k, v) -> fact(facts, Words.capital(k), v, "span"));
    return out.add(facts);
  }

  private static void fact(Markup facts, String name, String value, String tag) {
    facts.add(Markup.of("dt").text(name)).add(Markup.of("dd").add(Markup.of(tag).text(value)));
  }

  private static String seeds(StudyResults results) {
    Map<String, List<Long>> byEngine = new TreeMap<>();
    for (String engine : results.engines()) {
      byEngine.put(
          engine,
          results.runs().stream()
              .filter(r -> r.engine().equals(engine))
              .map(RunResult::seed)
              .distinct()
              .sorted()
              .toList());
    }
    boolean same = byEngine.values().stream().distinct().count() <= 1;
    return byEngine.entrySet().stream()
        .limit(same ? 1 : Long.MAX_VALUE)
        .map(
            e ->
                (same ? "" : e.getKey() + ": ")
                    + e.getValue().stream().map(String::valueOf).collect(Collectors.joining(", ")))
        .collect(Collectors.joining("; "));
  }

  private static Markup results(StudyResults results) {
    Markup out = section("results", "Results");
    out.add(
        Markup.of("p", "caption")
            .text(
                "Mean over seeds ± half of the width of its 95 % interval (Student's t). \"Before"
                    + " training\" is the base model."
                    + (results.info().name().equals("learn-forget")
                        ? " Forgetting is how much worse the source domain got: above 0 is"
                            + " forgotten, below 0 is better than before."
                        : "")));
    for (String engine : results.engines()) {
      out.add(Markup.of("h3").text(Words.capital(Words.engine(engine))));
      out.add(ResultTables.of(results, engine));
    }
    return out;
  }

  private static Markup plots(StudyResults results) {
    Markup out = section("plots", "Plots");
    boolean first = true;
    for (String engine : results.engines()) {
      List<Figure> figures = Figures.of(results, engine);
      String title = Words.capital(Words.engine(engine));
      if (figures.isEmpty()) {
        out.add(paragraph(title + ": no run has finished."));
        continue;
      }
      Markup part = first ? Markup.of("div") : Markup.of("details", "engine");
      part.add(Markup.of(first ? "h3" : "summary").text(title));
      figures.forEach(f -> part.add(f.html()));
      out.add(part);
      first = false;
    }
    return out;
  }

  private static Markup published(StudyReport report) {
    Markup head = Markup.of("tr");
    for (String title : List.of("claim", "published", "here")) {
      head.add(Markup.of("th").with("scope", "col").text(title));
    }
    Markup body = Markup.of("tbody");
    for (Published p : report.results().info().published()) {
      Markup ours = Markup.of("td", "words");
      List<Verdict> verdicts =
          report.verdicts().stream().filter(v -> v.claim().equals(p.claim())).toList();
      for (Verdict v : verdicts) {
        Markup line = Markup.of("p").add(VerdictCards.badge(v.outcome()));
        if (report.results().engines().size() > 1) {
          line.add(Markup.of("span", "engine").text(" on " + Words.engine(v.engine())));
        }
        ours.add(line.text(" " + v.sentence()));
      }
      if (verdicts.isEmpty()) {
        ours.text("not compared");
      }
      body.add(
          Markup.of("tr")
              .add(Markup.of("th").with("scope", "row").add(Markup.of("code").text(p.claim())))
              .add(Markup.of("td", "words").text(p.text()).add(Markup.of("small").text(p.source())))
              .add(ours));
    }
    return section("published", "Published figures beside ours")
        .add(
            Markup.of("p", "caption")
                .text(
                    "The published figures come from models that are far larger, so that only"
                        + " directions can be compared, not sizes."))
        .add(
            Markup.of("div", "scroll")
                .with("tabindex", "0")
                .add(Markup.of("table", "top").add(Markup.of("thead").add(head)).add(body)));
  }

  private static Markup runs(StudyReport report) {
    StudyResults results = report.results();
    Markup out = section("runs", "Every run");
    out.add(
        Markup.of("p", "caption")
            .text(
                "Time is that of the steps alone, without preparing and measuring. Peak memory is"
                    + " that of the whole process, where the system tells and no other run ran"
                    + " beside it."));
    out.add(
        Markup.of("details")
            .add(Markup.of("summary").text("All " + Numbers.of(results.runs().size(), "run")))
            .add(RunTables.all(results)));
    if (results.runs().stream().map(report.manifest()).anyMatch(Optional::isPresent)) {
      out.add(
          Markup.of("details")
              .add(
                  Markup.of("summary")
                      .text("Manifests: versions, data, model and recipe of every run"))
              .add(RunTables.manifests(report)));
    }
    return out;
  }

  private static Markup footer(StudyInfo info) {
    return Markup.of("footer")
        .add(Markup.of("p").text("Made by Graft: ").add(Markup.of("code").text(info.command())));
  }

  private static Markup section(String id, String title) {
    return Markup.of("section").with("id", id).add(Markup.of("h2").text(title));
  }

  private static Markup paragraph(String text) {
    return Markup.of("p").text(text);
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
