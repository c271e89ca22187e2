package dev.graft.experiments.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a study is to be run.
 *
 * @param out its folder; runs that it holds are not repeated
 * @param scope {@code quick}, {@code default}, {@code full} or {@code agreement}
 * @param engines one or several backends
 * @param seeds how many, instead of what the scope says
 * @param jobs how many runs at once, instead of what the machine and the model suggest
 * @param keep whether adapters and models that are trained stay
 * @param command what the user typed, for the report
 */
public record StudyOptions(
    Path out,
    String scope,
    List<String> engines,
    Optional<Integer> seeds,
    Optional<Integer> jobs,
    boolean keep,
    String command) {
  public StudyOptions {
    engines = List.copyOf(engines);
  }
}
