package dev.graft.training.run;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A process of its own that trains in a {@link Workspace} that is there already. */
final class TrainChild {
  private TrainChild() {}

  /** Arguments: the workspace, then overrides of the recipe. */
  public static void main(String[] args) {
    Workspace w = Workspace.existing(Path.of(args[0]));
    String[] overrides = Arrays.copyOfRange(args, 1, args.length);
    Trainer trainer = Workspace.trainer();
    StopOnShutdown.around(trainer::stop, () -> train(trainer, w, overrides));
  }

  private static boolean train(Trainer trainer, Workspace w, String... overrides) {
    try {
      trainer.train(w.recipe(overrides), ExistingRun.RESUME, new TrainingListener() {});
      return true;
    } catch (GraftException e) {
      w.write("error.txt", e.paragraph());
      // A process that is being shut down may not exit a second time.
      if (e.code() != ErrorCode.INTERRUPTED) {
        Runtime.getRuntime().halt(e.code().exitStatus());
      }
      return false;
    }
  }

  /** Starts the process; its output goes to {@code child.log}. */
  static Process start(Workspace w, List<String> shellPrefix, String... overrides) {
    List<String> command = new ArrayList<>(shellPrefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TrainChild.class.getName());
    command.add(w.path("").toString());
    command.addAll(List.of(overrides));
    try {
      Files.deleteIfExists(w.path("error.txt"));
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(w.path("child.log").toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
