package dev.graft.benchmarks;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Expansion;
import dev.graft.models.ModelFolder;
import dev.graft.models.PlacedModel;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.generation.TokenListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Greedy generation, its prompts included, after prompts of 16 to 48 random ids. Arguments: the
 * engine, a model folder, new tokens, rounds, and the number of rows.
 */
final class GenerateChild {
  private GenerateChild() {}

  public static void main(String[] args) {
    ModelFolder folder = ModelFolder.open(Path.of(args[1]));
    int tokens = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    int rows = Integer.parseInt(args[4]);
    List<int[]> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int vocabulary = folder.model().config().vocabSize();
      prompts.add(new SplittableRandom(row).ints(16 + 7L * row % 33, 3, vocabulary).toArray());
    }
    try (Backend backend = StepChild.open(args[0])) {
      folder.weights().load(backend, DType.F32);
      PlacedModel placed = new PlacedModel(folder.model(), Optional.empty(), DType.F32);
      try (Generator generator =
          new Generator(placed, backend, g -> Expansion.compile(backend, g))) {
        Meter meter = new Meter();
        GenerationConfig config = GenerationConfig.greedy(tokens, Set.of());
        for (int round = 0; round <= rounds; round++) {
          meter.time(() -> generator.generate(prompts, config, TokenListener.none()));
          if (round == 0) { // it compiles
            meter.forget();
          }
        }
        meter.print(rows + " rows", (double) rows * tokens, 0, Map.of());
      }
    }
  }
}
