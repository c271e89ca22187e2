package dev.graft.experiments.study;

import dev.graft.api.config.Doc;
import java.util.List;
import java.util.Map;

/** Changes for runs that have certain levels. */
record Rule(
    @Doc("The runs, as {method: [lora-r4, lora-r16], domain: [maths]}.")
        Map<String, List<String>> when,
    @Doc("The changes, as {recipe.learning_rate: 1e-3}.") Map<String, Object> set) {
  boolean holds(Map<String, String> levels) {
    return when.entrySet().stream()
        .allMatch(e -> e.getValue().contains(levels.getOrDefault(e.getKey(), "")));
  }
}
