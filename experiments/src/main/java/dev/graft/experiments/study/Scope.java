package dev.graft.experiments.study;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.Map;

/** How much of a study's matrix runs. */
record Scope(
    @Default("5") @Doc("The seeds 1 to N, with which every combination of levels runs.") int seeds,
    @Doc("Parts of the matrix, each as {factor: [level, ...]}; factors left out take all levels.")
        List<Map<String, List<String>>> matrices,
    @Doc("Changes of the study in this scope, as {recipe.max_steps: 20}.")
        Map<String, Object> set) {
  Scope {
    if (seeds < 1 || seeds > 1000) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected from 1 to 1000 seeds in a scope of a study, received " + seeds);
    }
    matrices = matrices.isEmpty() ? List.of(Map.of()) : List.copyOf(matrices);
  }

  Scope withSeeds(int number) {
    return new Scope(number, matrices, set);
  }
}
