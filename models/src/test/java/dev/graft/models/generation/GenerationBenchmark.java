package dev.graft.models.generation;

import com.sun.management.OperatingSystemMXBean;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.models.ModelFolder;
import dev.graft.models.PlacedModel;
import dev.graft.models.TestBackend;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Times greedy generation that no id ends, after prompts of 16 to 48 random ids. Arguments: the
 * engine's name, a model folder, new tokens, rounds, then the numbers of rows. All run in turns on
 * one backend; the first round, which compiles, is not told. CPU time bears other work on the
 * machine.
 */
final class GenerationBenchmark {
  private GenerationBenchmark() {}

  public static void main(String[] args) {
    ModelFolder folder = ModelFolder.open(Path.of(args[1]));
    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    int tokens = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    try (Backend backend = TestBackend.open(args[0])) {
      folder.weights().load(backend, DType.F32);
      try (Generator generator =
          new Generator(
              new PlacedModel(folder.model(), Optional.empty(), DType.F32),
              backend,
              TestBackend.compiler(backend))) {
        for (int round = 0; round <= rounds; round++) {
          for (int i = 4; i < args.length; i++) {
            int rows = Integer.parseInt(args[i]);
            List<int[]> prompts = prompts(rows, folder.model().config().vocabSize());
            long cpu = os.getProcessCpuTime();
            long start = System.nanoTime();
            generator.generate(
                prompts, GenerationConfig.greedy(tokens, Set.of()), TokenListener.none());
            double seconds = (System.nanoTime() - start) / 1e9;
            double busy = (os.getProcessCpuTime() - cpu) / 1e9;
            if (round > 0) {
              System.out.printf(
                  Locale.ROOT,
                  "%s: %d rows of %d new tokens: %.2f s, %.1f tokens/s; %.2f s of CPU time, %.1f"
                      + " tokens/s of it%n",
                  args[0],
                  rows,
                  tokens,
                  seconds,
                  rows * tokens / seconds,
                  busy,
                  rows * tokens / busy);
            }
          }
        }
      }
    }
  }

  private static List<int[]> prompts(int rows, int vocab) {
    List<int[]> out = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      out.add(new SplittableRandom(row).ints(16 + 7L * row % 33, 3, vocab).toArray());
    }
    return out;
  }
}
