package dev.graft.cli;

import dev.graft.experiments.report.StudyReport;
import dev.graft.experiments.report.TerminalTable;
import dev.graft.experiments.results.StudyResults;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code graft study report}. */
@Command(
    name = "report",
    description = "Writes the report of a study anew from its results, and prints its table.",
    footerHeading = "%nExamples:%n",
    footer = {"  graft study report runs/studies/masking"})
final class StudyReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The folder of a study.")
  Path folder = Path.of("");

  private final Session session;

  StudyReportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    print(session, folder, StudyReport.results(folder));
    return 0;
  }

  /** Writes the files of a report, and prints its table and where the page is. */
  static void print(Session session, Path folder, StudyResults results) {
    StudyReport report = StudyReport.of(results, folder);
    Path page = report.write(folder);
    session.out().print(TerminalTable.of(report));
    session.out().println();
    session.out().println("report: " + Text.path(page));
    session.out().flush();
  }
}
