package dev.graft.experiments.results;

import java.util.List;

/**
 * What is varied in a study.
 *
 * @param name such as {@code mask}
 * @param levels its values in the order of the study, such as {@code response-only}
 */
public record Factor(String name, List<String> levels) {
  public Factor {
    levels = List.copyOf(levels);
  }
}
