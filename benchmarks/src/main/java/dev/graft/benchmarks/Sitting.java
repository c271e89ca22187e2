package dev.graft.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs all cases in turns, round after round, each in a process of its own. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description = {
      "Times both engines and, where there is a Python with torch, transformers, peft and trl, these.",
      "Machines are noisy: every round runs every case once, and ratios are of medians."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  benchmarks/run --only 'step, fp32'",
      "  benchmarks/run --python .venv/bin/python --model models/smollm2 --data alpaca.json --rounds 3"
    })
public final class Sitting implements Callable<Integer> {
  /** What Graft's launcher sets for its engines; peers have their own defaults. */
  private static final Set<String> GRAFT_ONLY = Set.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT");

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "A Python that has the peers. Without it Graft is measured alone.")
  Optional<String> python = Optional.empty();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "SmolLM2-135M, for an epoch and for generation.")
  Optional<Path> model = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "Rows of Alpaca's form, for an epoch.")
  Optional<Path> data = Optional.empty();

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Layers of the model whose steps are timed. Default: 30.")
  int layers = 30;

  @Option(names = "--rounds", paramLabel = "N", description = "Default: 3.")
  int rounds = 3;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "The groups of cases, such as 'step.*' or 'epoch, bf16'.")
  Optional<Pattern> only = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the tables go. Default: benchmarks/target/sitting.md.")
  Path out = Path.of("benchmarks", "target", "sitting.md");

  @Option(names = "--list", description = "Print the groups and who is in them, and end.")
  boolean list;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Sitting()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path script = Path.of("benchmarks", "peers.py");
    List<Case> cases =
        Cases.of(python, script, layers, model, data).stream()
            .filter(c -> only.isEmpty() || only.get().matcher(c.group()).matches())
            .toList();
    if (list) {
      cases.forEach(c -> System.out.println(c.group() + ": " + c.name()));
      return 0;
    }
    SittingTable table = new SittingTable();
    int failed = 0;
    for (int round = 1; round <= rounds; round++) {
      for (Case c : cases) {
        System.err.printf("round %d of %d: %s, %s%n", round, rounds, c.group(), c.name());
        List<Measurement> measured = run(c);
        failed += measured.isEmpty() ? 1 : 0;
        measured.forEach(m -> table.add(c, m));
        // After every case, so that a sitting that is broken off has what it measured.
        Files.createDirectories(out.toAbsolutePath().getParent());
        Files.writeString(out, table.text());
      }
    }
    System.out.println(table.text());
    System.err.println("tables: " + out + (failed > 0 ? "; " + failed + " processes failed" : ""));
    return failed > 0 ? 1 : 0;
  }

  /** What a process printed; nothing when it failed. */
  private static List<Measurement> run(Case c) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(c.command());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    if (c.peer()) {
      builder.environment().keySet().removeAll(GRAFT_ONLY);
    }
    Process process = builder.start();
    List<Measurement> out = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Measurement.read(line).ifPresent(out::add);
      }
    }
    return process.waitFor() == 0 ? out : List.of();
  }
}
