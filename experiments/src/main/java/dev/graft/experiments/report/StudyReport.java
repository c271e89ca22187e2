package dev.graft.experiments.report;

import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a page on a study tells.
 *
 * @param verdicts on every claim, for every engine
 * @param agreement of the engines; empty for a study on one
 * @param manifest the manifest of a run as JSON text, where there is one
 */
public record StudyReport(
    StudyResults results,
    List<Verdict> verdicts,
    List<AgreementRow> agreement,
    Function<RunResult, Optional<String>> manifest) {
  public StudyReport {
    verdicts = List.copyOf(verdicts);
    agreement = List.copyOf(agreement);
  }
}
