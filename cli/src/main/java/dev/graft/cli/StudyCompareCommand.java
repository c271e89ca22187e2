package dev.graft.cli;

import dev.graft.experiments.report.CompareReport;
import dev.graft.experiments.report.StudyReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code graft study compare}. */
@Command(
    name = "compare",
    description =
        "Compares two studies, for example before and after a change, run by run of the same levels"
            + " and seed.",
    footerHeading = "%nExamples:%n",
    footer = {"  graft study compare runs/before runs/after"})
final class StudyCompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The folder of a study.")
  Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "DIR", description = "The folder of another.")
  Path second = Path.of("");

  private final Session session;

  StudyCompareCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    session.out().print(CompareReport.of(StudyReport.results(first), StudyReport.results(second)));
    session.out().flush();
    return 0;
  }
}
