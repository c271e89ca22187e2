package dev.graft.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MaskedText;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class HtmlReportTest {
  private static final List<Page> PAGES = StudyFixture.all().stream().map(Page::of).toList();

  /** A study's page, made once. */
  record Page(StudyReport report, String text, Document document) {
    static Page of(StudyResults results) {
      StudyReport report = StudyFixture.report(results);
      String text = HtmlReport.page(report);
      return new Page(report, text, parse(text));
    }

    @Override
    public String toString() {
      return report.results().info().name();
    }
  }

  static List<Page> pages() {
    return PAGES;
  }

  /** The page is HTML that is XML too, so that a parser finds what does not close. */
  private static Document parse(String page) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(page.replace("<!DOCTYPE html>", ""))));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError("the page is not well-formed: " + e.getMessage(), e);
    }
  }

  private static List<Element> elements(Document page, String tag) {
    NodeList found = page.getElementsByTagName(tag);
    List<Element> out = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      out.add((Element) found.item(i));
    }
    return out;
  }

  private static Element byId(Document page, String id) {
    return Stream.of("section", "article")
        .flatMap(tag -> elements(page, tag).stream())
        .filter(e -> e.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no element with id " + id));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void saysEveryVerdictWithItsClaimItsOutcomeAndAPlot(Page page) {
    StudyReport report = page.report();
    for (Verdict v : report.verdicts()) {
      Element card = byId(page.document(), v.claim());
      assertThat(card.getTextContent())
          .contains(v.statement(), v.sentence(), Words.outcome(v.outcome()), v.engine());
      long expected =
          report.verdicts().stream()
              .filter(o -> o.claim().equals(v.claim()))
              .mapToLong(o -> o.comparisons().size())
              .sum();
      assertThat(card.getElementsByTagName("svg").getLength()).isEqualTo((int) expected);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void listsEveryRunAndShowsWhatDidNotFinish(Page page) {
    StudyResults results = page.report().results();
    Element runs = byId(page.document(), "runs");
    Element body = (Element) runs.getElementsByTagName("tbody").item(0);
    assertThat(body.getElementsByTagName("tr").getLength()).isEqualTo(results.runs().size());
    long manifests =
        results.runs().stream().filter(r -> StudyFixture.manifest(r).isPresent()).count();
    assertThat(runs.getElementsByTagName("pre").getLength()).isEqualTo((int) manifests);
    RunResult failed =
        results.runs().stream()
            .filter(r -> r.status() == RunStatus.FAILED)
            .findFirst()
            .orElseThrow();
    String error = failed.error().orElseThrow();
    assertThat(byId(page.document(), "unfinished").getTextContent())
        .contains(error, Words.run(failed));
    assertThat(elements(page.document(), "header").get(0).getTextContent())
        .contains("2 of " + results.runs().size() + " runs did not finish: 1 failed, 1 missing");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void drawsFiniteCoordinatesInsideOfTheDrawing(Page page) {
    Pattern number = Pattern.compile("-?\\d+(\\.\\d+)?");
    List<Element> drawings =
        elements(page.document(), "svg").stream()
            .filter(e -> e.getAttribute("class").equals("plot"))
            .toList();
    assertThat(drawings).hasSizeGreaterThan(10);
    int coordinates = 0;
    for (Element svg : drawings) {
      String[] box = svg.getAttribute("viewBox").split(" ", -1);
      assertThat(svg.getAttribute("aria-label")).isNotBlank();
      for (Element e : children(svg)) {
        for (String name : List.of("x1", "x2", "cx", "y1", "y2", "cy", "points")) {
          if (!e.hasAttribute(name)) {
            continue;
          }
          String value = e.getAttribute(name);
          assertThat(value).matches("[-0-9., ]+");
          Matcher m = number.matcher(value);
          for (int i = 0; m.find(); i++) {
            boolean across = name.equals("points") ? i % 2 == 0 : name.contains("x");
            double limit = Double.parseDouble(box[across ? 2 : 3]);
            assertThat(Double.parseDouble(m.group())).isBetween(0.0, limit);
            coordinates++;
          }
        }
      }
    }
    assertThat(coordinates).isGreaterThan(1000);
  }

  private static List<Element> children(Element svg) {
    NodeList all = svg.getElementsByTagName("*");
    List<Element> out = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      out.add((Element) all.item(i));
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void needsNothingFromElsewhere(Page page) {
    assertThat(page.text()).doesNotContain("http:", "https:", "url(", "@import");
    for (String tag : List.of("script", "link", "img", "iframe", "object", "use", "image")) {
      assertThat(elements(page.document(), tag)).as(tag).isEmpty();
    }
    assertThat(elements(page.document(), "a"))
        .isNotEmpty()
        .allSatisfy(
            a -> {
              assertThat(a.getAttribute("href")).startsWith("#");
              byId(page.document(), a.getAttribute("href").substring(1));
            });
  }

  @Test
  void escapesTextOfEveryOrigin() {
    String evil = "<script>alert('x')</script> & \"quotes\" \u0000\u001b";
    String shown = "<script>alert('x')</script> & \"quotes\" \uFFFD\uFFFD";
    StudyResults plain = StudyFixture.memorize();
    StudyInfo i = plain.info();
    StudyInfo info =
        new StudyInfo(
            i.name(),
            evil,
            evil,
            List.of(evil),
            List.of(evil),
            i.published(),
            evil,
            evil,
            evil,
            Map.of(evil, evil));
    StudyResults results = new StudyResults(info, plain.factors(), plain.measures(), plain.runs());
    String page =
        HtmlReport.page(new StudyReport(results, List.of(), List.of(), r -> Optional.of(evil)));
    assertThat(page).doesNotContain("<script");
    Document parsed = parse(page);
    for (String id : List.of("setup", "notes", "runs")) {
      assertThat(byId(parsed, id).getTextContent()).contains(shown);
    }
    assertThat(elements(parsed, "h1").get(0).getTextContent()).isEqualTo(shown);
  }

  @Test
  void showsMeansWithHalfIntervalsOfFinishedRuns() {
    Page page = PAGES.get(2);
    StudyResults results = page.report().results();
    List<Double> values =
        List.copyOf(
            results.after("djl-pytorch", Map.of("method", "mora-r8"), "characters").values());
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double variance =
        values.stream().mapToDouble(v -> Math.pow(v - mean, 2)).sum() / (values.size() - 1);
    // Student's t for 4 degrees of freedom, from tables.
    double half = 2.776445 * Math.sqrt(variance / values.size());
    assertThat(byId(page.document(), "results").getTextContent())
        .contains(String.format(java.util.Locale.ROOT, "%.1f ± %.1f", 100 * mean, 100 * half));
  }

  @Test
  void saysInWhatTheEnginesAgree() {
    Page page = PAGES.get(1);
    EngineAgreement agreement = page.report().agreement().get(0);
    Element section = byId(page.document(), "agreement");
    assertThat(section.getElementsByTagName("tr").getLength())
        .isEqualTo(2 + agreement.measures().size());
    long held = agreement.curves().stream().filter(EngineAgreement.CurvePair::holds).count();
    assertThat(section.getTextContent()).contains(held + " of 118 pairs within");
    long agreeing =
        agreement.measures().stream().filter(EngineAgreement.MeasurePairs::holds).count()
            + (held == 118 ? 1 : 0);
    assertThat(section.getTextContent().split("✓ yes", -1)).hasSize((int) agreeing + 1);
  }

  /** The claims of a study are judged on each of its engines. */
  @Test
  void judgesTheClaimsOfTheStudy() {
    StudyResults results = PAGES.get(0).report().results();
    StudyReport report = StudyReport.of(results, StudyFixture::manifest);
    assertThat(report.verdicts())
        .extracting(v -> v.claim() + " " + v.engine())
        .contains("mask.1 djl-pytorch", "mask.1 tensorflow", "mask.5 tensorflow")
        .doesNotHaveDuplicates();
    Document page = parse(HtmlReport.page(report));
    report
        .verdicts()
        .forEach(v -> assertThat(byId(page, v.claim()).getTextContent()).contains(v.sentence()));
  }

  @Test
  void drawsChanceAndTellsWhenItIsMemorised() {
    assertThat(byId(PAGES.get(2).document(), "plots").getTextContent())
        .contains("chance: 9.77 %", "steps to 90 %", "of 5");
  }

  @Test
  void drawsAFrontForEveryDomainAndRegime() {
    List<Figure> figures = Figures.of(PAGES.get(1).report().results(), "djl-pytorch");
    Figure front = figures.get(0);
    assertThat(front.title()).isEqualTo("Accuracy on the target against forgetting");
    assertThat(front.panels())
        .extracting(Figure.Panel::title)
        .containsExactly(
            "domain: maths · regime: instruction",
            "domain: maths · regime: continued",
            "domain: code · regime: instruction",
            "domain: code · regime: continued");
    assertThat(front.legend()).hasSize(6);
  }

  @Test
  void thinsLongCurvesAndKeepsTheirMean() {
    List<Point> points = new ArrayList<>();
    for (int s = 1; s <= 1000; s++) {
      points.add(new Point(s, s));
    }
    RunResult r = StudyFixture.memorize().runs().get(0);
    RunResult run =
        new RunResult(
            r.levels(),
            r.engine(),
            r.seed(),
            r.status(),
            r.error(),
            r.before(),
            r.after(),
            List.of(new Curve("loss", points)),
            r.cost(),
            r.folder());
    StudyResults m = StudyFixture.memorize();
    StudyResults results = new StudyResults(m.info(), m.factors(), m.measures(), List.of(run));
    LinePlot.Line line =
        Curves.line(results, r.engine(), r.levels(), "loss", new Figure.Entry("full", 0))
            .orElseThrow();
    assertThat(line.spots()).hasSize(Curves.MOST_POINTS);
    assertThat(line.spots()).allSatisfy(s -> assertThat(s.mean()).isEqualTo(s.step()));
  }

  @Test
  void writesAPageForAStudyOfWhichNothingHasRun() {
    StudyResults m = StudyFixture.masking();
    List<RunResult> missing =
        m.runs().stream()
            .map(
                r ->
                    new RunResult(
                        r.levels(),
                        r.engine(),
                        r.seed(),
                        RunStatus.MISSING,
                        Optional.empty(),
                        Map.of(),
                        Map.of(),
                        List.of(),
                        Optional.empty(),
                        r.folder()))
            .toList();
    StudyResults results = new StudyResults(m.info(), m.factors(), m.measures(), missing);
    Document page =
        parse(
            HtmlReport.page(new StudyReport(results, List.of(), List.of(), r -> Optional.empty())));
    assertThat(byId(page, "plots").getTextContent()).contains("no run has finished");
  }

  @Test
  void refusesACoordinateThatIsNoNumber() {
    assertThatThrownBy(() -> Markup.of("line").with("x1", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesTheFileWhole(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.html");
    HtmlReport.write(file, PAGES.get(2).report());
    assertThat(Files.readString(file)).isEqualTo(PAGES.get(2).text());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void showsWhatCarriesLossOnceForEveryTextAndMask() {
    List<RunResult> runs = new ArrayList<>();
    for (String mask : List.of("none", "response-only")) {
      for (long seed = 1; seed <= 2; seed++) {
        float prompt = mask.equals("none") ? 1 : 0;
        MaskedText example =
            new MaskedText(
                List.of(
                    new MaskedText.Piece("Say <b> " + seed + ": ", prompt),
                    new MaskedText.Piece("well", 0.5f)));
        runs.add(
            new RunResult(
                Map.of("mask", mask),
                "djl-pytorch",
                seed,
                RunStatus.MISSING,
                Optional.empty(),
                Map.of(),
                Map.of(),
                List.of(),
                Optional.empty(),
                mask + seed,
                Optional.of(example)));
      }
    }
    StudyInfo info = StudyFixture.masking().info();
    StudyResults results =
        new StudyResults(
            info, List.of(new Factor("mask", List.of("none", "response-only"))), List.of(), runs);
    String page = HtmlReport.page(StudyReport.of(results, r -> Optional.empty()));
    assertThat(page)
        .containsOnlyOnce("<h4>mask: none</h4>")
        .containsOnlyOnce("<h4>mask: response-only</h4>")
        .containsOnlyOnce("<span class=\"w10\" title=\"weight 1.0\">Say &lt;b&gt; 1: </span>")
        .containsOnlyOnce("<span class=\"w0\" title=\"weight 0.0\">Say &lt;b&gt; 1: </span>")
        .contains("<span class=\"w5\" title=\"weight 0.5\">well</span>")
        .doesNotContain("Say &lt;b&gt; 2: ");
  }
}
