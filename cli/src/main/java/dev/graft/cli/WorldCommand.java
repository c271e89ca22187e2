package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.world.WorldFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code graft world}. */
@Command(
    name = "world",
    description = {
      "Invents a world and writes it as JSON Lines that recipes read: facts and stories to pretrain"
          + " on, with questions; word problems and stack programs, as instructions and as plain"
          + " text; instructions of three lengths; pairs of UUIDs; and a tokenizer for all of it.",
      "The same seed and sizes give the same files."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft world --out world --seed 1",
      "  graft world --out small --seed 1 --people 20 --documents 2000"
    })
final class WorldCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The new folder.")
  Path out = Path.of("");

  @Option(names = "--seed", paramLabel = "N", description = "Decides everything. Default: 1.")
  long seed = 1;

  @Option(
      names = "--people",
      paramLabel = "N",
      description = "People whose facts can be learned, 5 each, from 6 to 400. Default: 60.")
  int people = 60;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "Texts to pretrain on. Default: 20000.")
  int documents = 20_000;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      description = "Training tasks of each kind. Default: 6000.")
  int tasks = 6000;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description = "Held-out tasks of each kind, and stories. Default: 400.")
  int heldOut = 400;

  @Option(names = "--pairs", paramLabel = "N", description = "Pairs of UUIDs. Default: 2000.")
  int pairs = 2000;

  private final Session session;

  WorldCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    check("--seed", 0, seed, Long.MAX_VALUE);
    check("--people", 6, people, 400);
    check("--documents", 1, documents, 10_000_000);
    check("--tasks", 1, tasks, 100_000);
    check("--held-out", 1, heldOut, 1000);
    check("--pairs", 1, pairs, 1_000_000);
    new WorldFiles(seed, people, documents, tasks, heldOut, pairs).write(out);
    session.out().println("wrote '" + out + "'");
    return 0;
  }

  private static void check(String option, long least, long value, long most) {
    if (value < least || value > most) {
      String range =
          most == Long.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most;
      throw new GraftException(
          ErrorCode.USAGE, "expected a number " + range + " for " + option + ", received " + value);
    }
  }
}
