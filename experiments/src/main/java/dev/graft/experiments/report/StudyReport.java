package dev.graft.experiments.report;

import dev.graft.experiments.claims.Claim;
import dev.graft.experiments.claims.Claims;
import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyJson;
import dev.graft.experiments.results.StudyResults;
import dev.graft.models.files.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final String STUDY = "study.json";

  public StudyReport {
    verdicts = List.copyOf(verdicts);
    agreement = List.copyOf(agreement);
  }

  /** Judges a study's claims on every engine, and whether its engines agree. */
  public static StudyReport of(
      StudyResults results, Function<RunResult, Optional<String>> manifest) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Claim claim : claims(results.info())) {
      results.engines().forEach(e -> verdicts.add(claim.judge(results, e)));
    }
    List<EngineAgreement> agreement =
        results.engines().stream()
            .skip(1)
            .map(e -> EngineAgreement.between(results, results.engines().get(0), e))
            .toList();
    return new StudyReport(results, verdicts, agreement, manifest);
  }

  private static List<Claim> claims(StudyInfo info) {
    return info.judges() ? Claims.of(info.name()) : List.of();
  }

  /** Judges a study whose runs' manifests are in its folder. */
  public static StudyReport of(StudyResults results, Path folder) {
    return of(results, run -> manifest(folder, run));
  }

  /**
   * The results that a study's folder holds.
   *
   * @throws dev.graft.api.error.GraftException as {@link StudyJson#read}
   */
  public static StudyResults results(Path folder) {
    return StudyJson.read(folder.resolve(STUDY));
  }

  /**
   * Writes {@code study.json}, {@code results.json} and {@code report.html} into a study's folder.
   *
   * @return the page
   * @throws dev.graft.api.error.GraftException {@code file.write}
   */
  public Path write(Path folder) {
    StudyJson.write(folder.resolve(STUDY), results);
    ResultsJson.write(folder.resolve("results.json"), results, manifest);
    Path page = folder.resolve("report.html");
    HtmlReport.write(page, this);
    return page;
  }

  private static Optional<String> manifest(Path folder, RunResult run) {
    Path file = folder.resolve("runs").resolve(run.folder()).resolve("manifest.json");
    return Files.exists(file) ? Optional.of(Reading.text(file)) : Optional.empty();
  }
}
