package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code graft study}. */
@Command(
    name = "study",
    description = "Runs the studies of masks and adapters, and shows what came of them.",
    subcommands = {
      StudyListCommand.class,
      StudyRunCommand.class,
      StudyReportCommand.class,
      StudyCompareCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft study list",
      "  graft study run masking --quick",
      "  graft study run memorize --engine both",
      "  graft study report runs/studies/memorize",
      "  graft study compare runs/before runs/after"
    })
final class StudyCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new GraftException(
        ErrorCode.USAGE,
        "expected a command of 'graft study', received none. Known: "
            + String.join(", ", spec.subcommands().keySet())
            + ". Run 'graft study --help'");
  }
}
