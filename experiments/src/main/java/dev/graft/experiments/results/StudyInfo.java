package dev.graft.experiments.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a study is about and how it was run.
 *
 * @param name such as {@code masking}
 * @param title one line
 * @param question what it asks
 * @param setup paragraphs on model, data, budgets and learning rates
 * @param notes paragraphs on what has to be known to read the results
 * @param published figures of others
 * @param scope {@code quick}, {@code default}, {@code full} or {@link #AGREEMENT}
 * @param command the command that ran it
 * @param started the day and time in ISO form
 * @param machine processor, cores, system and Java, by name in the order to show them
 */
public record StudyInfo(
    String name,
    String title,
    String question,
    List<String> setup,
    List<String> notes,
    List<Published> published,
    String scope,
    String command,
    String started,
    Map<String, String> machine) {
  /**
   * The scope whose runs are there to compare engines: too short to judge claims by, and at a rate
   * at which training does not amplify rounding.
   */
  public static final String AGREEMENT = "agreement";

  public StudyInfo {
    setup = List.copyOf(setup);
    notes = List.copyOf(notes);
    published = List.copyOf(published);
    machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
  }

  /** Whether claims can be judged by the runs. */
  public boolean judges() {
    return !scope.equals(AGREEMENT);
  }
}
