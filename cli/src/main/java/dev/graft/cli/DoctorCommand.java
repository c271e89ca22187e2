package dev.graft.cli;

import dev.graft.api.backend.BackendProvider;
import dev.graft.training.plugins.BrokenPlugin;
import dev.graft.training.plugins.Plugin;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code graft doctor}. */
@Command(
    name = "doctor",
    description = "Examines this machine and the engines.",
    footerHeading = "%nExamples:%n",
    footer = {"  graft doctor", "  graft doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Option(names = "--no-measure", description = "Leave the speed of the engines unmeasured.")
  boolean noMeasure;

  private final Session session;

  DoctorCommand(Session session) {
    this.session = session;
  }

  /** The whole report. */
  record Report(Machine machine, List<EngineReport> engines, List<String> warnings) {}

  @Override
  public Integer call() {
    List<String> warnings = new ArrayList<>();
    Machine machine = Machine.here(warnings);
    List<EngineReport> engines = new ArrayList<>();
    for (Plugin<BackendProvider<?>> p : session.discovered().backends()) {
      session.note("examining " + p.name() + "…");
      engines.add(EngineReport.of(p, !noMeasure, warnings));
    }
    for (BrokenPlugin b : session.discovered().broken()) {
      warnings.add("one " + b.kind().key() + " plugin could not be loaded: " + b.detail());
    }
    if (json) {
      session.out().println(Json.pretty(new Report(machine, engines, warnings)));
      return 0;
    }
    machine.table().print(session.out());
    for (EngineReport e : engines) {
      session.out().println();
      session.out().println("engine " + e.name());
      e.table().print(session.out());
    }
    for (String w : warnings) {
      session.out().println();
      session.out().println("warning: " + w);
    }
    return 0;
  }
}
