package dev.graft.experiments.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is varied in a study.
 *
 * @param name such as {@code mask}
 * @param levels its values in the order of the study, such as {@code response-only}
 * @param about what levels mean, for people; of some or none
 */
public record Factor(String name, List<String> levels, Map<String, String> about) {
  public Factor {
    levels = List.copyOf(levels);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
  }

  /** A factor whose levels are not explained. */
  public Factor(String name, List<String> levels) {
    this(name, levels, Map.of());
  }
}
