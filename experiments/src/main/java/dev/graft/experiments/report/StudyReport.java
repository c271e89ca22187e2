package dev.graft.experiments.report;

import dev.graft.experiments.claims.Claim;
import dev.graft.experiments.claims.Claims;
import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a page on a study tells.
 *
 * @param verdicts on every claim, for every engine
 * @param agreement of the first engine with each of the others
 * @param manifest the manifest of a run as JSON text, where there is one
 */
public record StudyReport(
    StudyResults results,
    List<Verdict> verdicts,
    List<EngineAgreement> agreement,
    Function<RunResult, Optional<String>> manifest) {
  public StudyReport {
    verdicts = List.copyOf(verdicts);
    agreement = List.copyOf(agreement);
  }

  /** Judges a study's claims on every engine, and whether its engines agree. */
  public static StudyReport of(
      StudyResults results, Function<RunResult, Optional<String>> manifest) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Claim claim : Claims.of(results.info().name())) {
      results.engines().forEach(e -> verdicts.add(claim.judge(results, e)));
    }
    List<EngineAgreement> agreement =
        results.engines().stream()
            .skip(1)
            .map(e -> EngineAgreement.between(results, results.engines().get(0), e))
            .toList();
    return new StudyReport(results, verdicts, agreement, manifest);
  }
}
