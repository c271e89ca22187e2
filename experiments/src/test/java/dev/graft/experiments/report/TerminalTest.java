package dev.graft.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.GraftException;
import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TerminalTest {
  static Stream<StudyResults> studies() {
    return StudyFixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("studies")
  void fitsAHundredColumnsAndSaysAllVerdicts(StudyResults results) {
    StudyReport report = StudyFixture.report(results);
    List<Verdict> verdicts = report.verdicts();
    String text = TerminalTable.of(report);
    assertThat(text.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100));
    String joined = text.replaceAll("\\s+", " ");
    for (Verdict v : verdicts) {
      assertThat(joined).contains(v.sentence());
    }
    results.factors().forEach(f -> f.levels().forEach(l -> assertThat(text).contains(l)));
    results.measures().forEach(m -> assertThat(text).contains(m.name()));
    assertThat(joined).contains("2 of " + results.runs().size() + " runs did not finish");
    assertThat(joined).contains("failed: loss.not-finite");
    for (EngineAgreement agreement : report.agreement()) {
      assertThat(joined).contains(AgreementWords.sentence(agreement));
      agreement.measures().forEach(m -> assertThat(joined).contains(m.measure().label() + ": "));
    }
  }

  /** A change of one level by a known amount is found there and nowhere else. */
  @Test
  void findsTheLevelThatChanged() {
    StudyResults first = StudyFixture.memorize();
    StudyResults second =
        new StudyResults(
            first.info(),
            first.factors(),
            first.measures(),
            first.runs().stream().map(TerminalTest::changed).toList());
    String text = CompareReport.of(first, second);
    List<String> marked =
        text.lines().filter(l -> l.endsWith("*  5") || l.contains(" * ")).toList();
    assertThat(marked.stream().filter(l -> l.startsWith("dora-r8")))
        .hasSize(2)
        .allSatisfy(l -> assertThat(l).contains("-3.0 ± 0.4 *"));
    assertThat(text).contains("2 of 12");
    assertThat(text.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100));
  }

  private static RunResult changed(RunResult r) {
    if (!"dora-r8".equals(r.levels().get("method"))) {
      return r;
    }
    Map<String, Double> after = new LinkedHashMap<>(r.after());
    after.computeIfPresent("characters", (k, v) -> v - 0.03 + 0.002 * (r.seed() - 3));
    return new RunResult(
        r.levels(),
        r.engine(),
        r.seed(),
        r.status(),
        r.error(),
        r.before(),
        after,
        r.curves(),
        r.cost(),
        r.folder());
  }

  @Test
  void refusesToCompareWhatHasNothingInCommon() {
    StudyResults m = StudyFixture.memorize();
    assertThatThrownBy(() -> CompareReport.of(m, StudyFixture.masking()))
        .isInstanceOf(GraftException.class)
        .hasMessageContaining("'memorize' and 'masking'");
    StudyResults empty = new StudyResults(m.info(), m.factors(), m.measures(), List.of());
    assertThatThrownBy(() -> CompareReport.of(m, empty))
        .isInstanceOf(GraftException.class)
        .hasMessageContaining("none");
  }
}
