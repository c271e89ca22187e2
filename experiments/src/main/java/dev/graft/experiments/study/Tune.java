package dev.graft.experiments.study;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import java.util.List;
import java.util.Map;

/** The sweep of learning rates that a study's rates come from. */
record Tune(
    @Doc("The rates to try.") List<Double> learningRates,
    @Default("2") @Doc("The seeds of every rate; they are not those of the study.") int seeds,
    @Doc("The part of the matrix to sweep, as a scope has it.")
        List<Map<String, List<String>>> matrices,
    @Doc("The measure that the best rate has the best mean of.") String select) {
  Tune {
    matrices = matrices.isEmpty() ? List.of(Map.of()) : List.copyOf(matrices);
  }
}
