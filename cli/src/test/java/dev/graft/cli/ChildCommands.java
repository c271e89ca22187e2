package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Commands run in a process whose class path lacks something. */
final class ChildCommands {
  private ChildCommands() {}

  /** Arguments: a file for the results, then commands with a line an argument. */
  public static void main(String[] args) throws IOException {
    List<Run> out = new ArrayList<>();
    for (String command : Arrays.asList(args).subList(1, args.length)) {
      out.add(Run.graft(command.lines().toArray()));
    }
    Files.write(Path.of(args[0]), new ObjectMapper().writeValueAsBytes(out));
  }

  /**
   * Runs commands.
   *
   * @param absent which entries of this process's class path the other lacks; at least one
   */
  static List<Run> run(Path temp, Predicate<Path> absent, List<List<Object>> commands)
      throws IOException, InterruptedException {
    List<String> all = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    List<String> kept = all.stream().filter(e -> !absent.test(Path.of(e))).toList();
    assertThat(kept.size()).as("what stays of the class path").isLessThan(all.size());
    Path result = temp.resolve("result.json");
    Path log = temp.resolve("child.log");
    Files.deleteIfExists(result);
    List<String> process = new ArrayList<>();
    process.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    process.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dai.djl.offline=true"));
    process.addAll(List.of("-cp", String.join(File.pathSeparator, kept)));
    process.addAll(List.of(ChildCommands.class.getName(), result.toString()));
    for (List<Object> command : commands) {
      process.add(String.join("\n", command.stream().map(Object::toString).toList()));
    }
    int status =
        new ProcessBuilder(process)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(log)).isZero();
    List<Run> runs =
        new ObjectMapper().readValue(result.toFile(), new TypeReference<List<Run>>() {});
    assertThat(runs).hasSameSizeAs(commands);
    return runs;
  }
}
