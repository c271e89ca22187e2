package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.training.run.ExistingRun;
import dev.graft.training.run.Reproduction;
import dev.graft.training.run.StopOnShutdown;
import dev.graft.training.run.Trainer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft reproduce}. */
@Command(
    name = "reproduce",
    description = {
      "Does a finished run again from its manifest, into another folder, and compares the losses of"
          + " every step.",
      "The data and the model have to be what they were. On the same machine the numbers are the"
          + " same; on another they agree up to rounding."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  graft reproduce runs/tiny", "  graft reproduce runs/tiny --tolerance 1e-4"})
final class ReproduceCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of a finished run.")
  Path run = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder of the repeated run. Default: RUN-reproduced.")
  Optional<Path> out = Optional.empty();

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      description =
          "The largest relative difference of a loss that passes; more is exit status 1. Default:"
              + " 1e-4.")
  double tolerance = 1e-4;

  private final Session session;

  ReproduceCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Trainer trainer = session.injector().getInstance(Trainer.class);
    Path folder = out.orElseGet(() -> Path.of(run.normalize() + "-reproduced"));
    Reproduction again = Reproduction.of(trainer, run, folder);
    again.changed().forEach(c -> session.note("not as it was: " + c));
    return StopOnShutdown.around(trainer::stop, () -> train(trainer, again));
  }

  @SuppressWarnings("try") // Interrupts does its work by being open.
  private int train(Trainer trainer, Reproduction again) {
    try (TrainingReport report = new TrainingReport(session);
        Interrupts interrupts =
            Interrupts.listen(
                () -> {
                  trainer.stop();
                  report.line("stopping after this step; Ctrl-C again stops at once");
                })) {
      trainer.train(again.recipe(), ExistingRun.RESUME, report);
    } catch (GraftException e) {
      return Errors.stopped(session, e);
    }
    boolean holds = true;
    Table table = new Table(0).row("quantity", "values", "largest relative difference", "");
    for (Reproduction.Difference d : again.differences()) {
      // The norm of gradients only informs: it amplifies what rounding does to a loss.
      holds &= d.name().equals("grad_norm") || d.largest() <= tolerance;
      table.row(
          d.name(),
          Text.count(d.values()),
          d.largest() == 0 ? "0, the same" : String.format(Locale.ROOT, "%.2g", d.largest()),
          d.largest() == 0 ? "" : "at step " + d.step());
    }
    table.print(session.out());
    session
        .out()
        .println(
            holds
                ? "reproduced"
                : String.format(
                    Locale.ROOT, "not reproduced: a loss differs by more than %.2g", tolerance));
    session.out().flush();
    return holds ? 0 : 1;
  }
}
