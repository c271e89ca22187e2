package dev.graft.cli;

import dev.graft.experiments.study.StudyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code graft study list}. */
@Command(
    name = "list",
    description = "Lists the studies that come with Graft.",
    footerHeading = "%nExamples:%n",
    footer = {"  graft study list"})
final class StudyListCommand implements Callable<Integer> {
  private final Session session;

  StudyListCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Table table = new Table(0).row("study", "tier", "scopes", "about");
    for (String tier : StudyFiles.tiers()) {
      for (Path path : StudyFiles.all(tier)) {
        StudyFile file = StudyFile.read(path, List.of(), List.of());
        table.row(file.name(), tier, String.join(", ", file.scopes()), file.title());
      }
    }
    table.print(session.out());
    return 0;
  }
}
